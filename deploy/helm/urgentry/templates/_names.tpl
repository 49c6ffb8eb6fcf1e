{{- define "urgentry.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end }}

{{/* The name of the objects; 40 characters leave room for what is added to it. */}}
{{- define "urgentry.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "urgentry.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "urgentry.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end }}

{{/* What a selector asks for, of a list of the context and the component. */}}
{{- define "urgentry.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "urgentry.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* The labels of an object, of a list of the context and the component. */}}
{{- define "urgentry.labels" -}}
{{- $root := index . 0 -}}
{{ include "urgentry.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "urgentry.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "urgentry.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "urgentry.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end }}

{{- define "urgentry.claim" -}}
{{- .Values.persistence.existingClaim | default (printf "%s-data" (include "urgentry.fullname" .)) -}}
{{- end }}

{{/* The Service to which ingest is sent from outside. */}}
{{- define "urgentry.ingestService" -}}
{{- include "urgentry.fullname" . -}}{{- if .Values.ingestService.enabled -}}-ingest{{- end -}}
{{- end }}

{{- define "urgentry.secretKeysSecret" -}}
{{- .Values.secretKeys.existingSecret | default (include "urgentry.fullname" .) -}}
{{- end }}
