{{/* The variables that hold no secret, as the ConfigMap's data. */}}
{{- define "urgentry.settings" -}}
URGENTRY_BASE_URL: {{ include "urgentry.baseUrl" . | quote }}
URGENTRY_DATA_DIR: /var/lib/urgentry
URGENTRY_LOG_FORMAT: json
URGENTRY_LOG_LEVEL: {{ .Values.logLevel | quote }}
URGENTRY_OTLP_GRPC_PORT: {{ ternary .Values.otlp.grpc.port 0 .Values.otlp.grpc.enabled | int64 | quote }}
URGENTRY_OTLP_HTTP_PORT: {{ ternary .Values.otlp.http.port 0 .Values.otlp.http.enabled | int64 | quote }}
URGENTRY_PORT: "8000"
URGENTRY_REPLICAS: {{ include "urgentry.mostReplicas" . | quote }}
URGENTRY_SHUTDOWN_TIMEOUT_S: {{ int64 .Values.shutdownTimeoutSeconds | quote }}
URGENTRY_MAX_SPOOL_BYTES: {{ ternary .Values.spool.maxBytes 0 (eq (include "urgentry.volume" .) "claim") | int64 | quote }}
{{- with .Values.blobs.s3 }}
{{- if .bucket }}
URGENTRY_BLOBS_STORE: {{ ternary "disk" "s3" (eq $.Values.blobs.moveFrom "s3") }}
{{- with $.Values.blobs.moveFrom }}
URGENTRY_BLOBS_FORMER_STORE: {{ . }}
{{- end }}
URGENTRY_BLOBS_S3_BUCKET: {{ .bucket | quote }}
URGENTRY_BLOBS_S3_REGION: {{ .region | quote }}
{{- with .prefix }}
URGENTRY_BLOBS_S3_PREFIX: {{ . | quote }}
{{- end }}
{{- with .endpoint }}
URGENTRY_BLOBS_S3_ENDPOINT: {{ . | quote }}
{{- end }}
{{- end }}
{{- end }}
{{- with .Values.trustedProxies }}
URGENTRY_TRUSTED_PROXIES: {{ join "," . | quote }}
{{- end }}
{{- if and (eq (include "urgentry.database" .) "postgres") .Values.postgres.existingSecretPasswordKey }}
{{- with .Values.postgres }}
URGENTRY_DATABASE_NAME: {{ .database | quote }}
URGENTRY_DATABASE_USER: {{ .user | quote }}
{{- end }}
{{- if .Values.pgbouncer.enabled }}
URGENTRY_DATABASE_HOST: {{ include "urgentry.fullname" . }}-pgbouncer
URGENTRY_DATABASE_PORT: "5432"
URGENTRY_DATABASE_POOLER: "yes"
{{- else }}
URGENTRY_DATABASE_HOST: {{ .Values.postgres.host | quote }}
URGENTRY_DATABASE_PORT: {{ int64 .Values.postgres.port | quote }}
{{- end }}
{{- end }}
{{- with .Values.bootstrap }}
{{- if .organization }}
URGENTRY_BOOTSTRAP_EMAIL: {{ .email | quote }}
URGENTRY_BOOTSTRAP_ORG: {{ .organization | quote }}
URGENTRY_BOOTSTRAP_PROJECT: {{ .project | quote }}
{{- end }}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{ $name }}: {{ kindIs "float64" $value | ternary (int64 $value) $value | quote }}
{{- end }}
{{- end }}

{{/* The variable that holds PostgreSQL's secret: the whole DSN, or the password alone. */}}
{{- define "urgentry.databaseSecret" -}}
{{- with .Values.postgres -}}
- name: {{ ternary "URGENTRY_DATABASE_PASSWORD" "URGENTRY_DATABASE_DSN" (ne .existingSecretPasswordKey "") }}
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .existingSecretPasswordKey | default .existingSecretKey }}
{{- end -}}
{{- end }}

{{/* Every variable that comes from a Secret. */}}
{{- define "urgentry.secrets" -}}
{{- if eq (include "urgentry.database" .) "postgres" }}
{{ include "urgentry.databaseSecret" . }}
{{- end }}
{{- if or .Values.secretKeys.existingSecret (include "urgentry.makesSecret" .) }}
- name: URGENTRY_SECRET_KEYS
  valueFrom:
    secretKeyRef:
      name: {{ include "urgentry.secretKeysSecret" . }}
      key: {{ .Values.secretKeys.existingSecretKey }}
{{- end }}
{{- with .Values.blobs.s3 }}
{{- if and .bucket .existingSecret }}
- name: URGENTRY_BLOBS_S3_ACCESS_KEY_ID
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .accessKeyIdKey }}
- name: URGENTRY_BLOBS_S3_SECRET_ACCESS_KEY
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .secretAccessKeyKey }}
{{- end }}
{{- end }}
{{- with .Values.metricsToken }}
{{- if .existingSecret }}
- name: URGENTRY_METRICS_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .existingSecretKey }}
{{- end }}
{{- end }}
{{- with .Values.bootstrap }}
{{- if .organization }}
- name: URGENTRY_BOOTSTRAP_PASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .passwordKey }}
{{- if .authTokenKey }}
- name: URGENTRY_BOOTSTRAP_AUTH_TOKEN
  valueFrom:
    secretKeyRef:
      name: {{ .existingSecret }}
      key: {{ .authTokenKey }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Whether the chart makes the Secret of the session keys. On SQLite they lie beside the data. */}}
{{- define "urgentry.makesSecret" -}}
{{- if and (eq (include "urgentry.database" .) "postgres") (not .Values.secretKeys.existingSecret) -}}
yes
{{- end -}}
{{- end }}

{{/*
The made key: that of the installed Secret, else a new one. It is put among the values, so that all
templates of one rendering see the same.
*/}}
{{- define "urgentry.madeKey" -}}
{{- if not (hasKey .Values "madeKey") -}}
{{- $installed := lookup "v1" "Secret" .Release.Namespace (include "urgentry.fullname" .) -}}
{{- $kept := index ($installed.data | default dict) .Values.secretKeys.existingSecretKey -}}
{{- $_ := set .Values "madeKey" ($kept | default (randAlphaNum 48 | b64enc)) -}}
{{- end -}}
{{- .Values.madeKey -}}
{{- end }}

{{/* Changes when a Secret changes that the pods read, as far as this cluster lets it be seen. */}}
{{- define "urgentry.secretsChecksum" -}}
{{- $seen := list -}}
{{- if include "urgentry.makesSecret" . -}}
{{- $seen = append $seen (include "urgentry.madeKey" .) -}}
{{- end -}}
{{- range list .Values.postgres .Values.secretKeys .Values.metricsToken .Values.bootstrap .Values.blobs.s3 -}}
{{- if .existingSecret -}}
{{- $found := lookup "v1" "Secret" $.Release.Namespace .existingSecret -}}
{{- $seen = append $seen (toJson ($found.data | default dict)) -}}
{{- end -}}
{{- end -}}
{{- join " " $seen | sha256sum -}}
{{- end }}
