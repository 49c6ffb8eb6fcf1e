{{/* What follows from several values; templates and guards ask here. */}}

{{- define "urgentry.database" -}}
{{- .Values.database.type | default (ternary "postgres" "sqlite" (ne .Values.postgres.host "")) -}}
{{- end }}

{{/* The most replicas that there may be, whoever scales. */}}
{{- define "urgentry.mostReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{- int64 .Values.autoscaling.maxReplicas -}}
{{- else if .Values.keda.enabled -}}
{{- .Values.keda.maxReplicas -}}
{{- else -}}
{{- int64 .Values.replicaCount -}}
{{- end -}}
{{- end }}

{{- define "urgentry.fewestReplicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{- .Values.autoscaling.minReplicas -}}
{{- else if .Values.keda.enabled -}}
{{- .Values.keda.minReplicas -}}
{{- else -}}
{{- int64 .Values.replicaCount -}}
{{- end -}}
{{- end }}

{{/*
Where the data directory lies: a "claim" that all pods mount, or "none". PostgreSQL and a bucket leave
the spool alone in it, for which a volume must be shared: with one for a single node pods could not
roll. While blobs are moved to or from it, it is there.
*/}}
{{- define "urgentry.volume" -}}
{{- $needsNone := and (eq (include "urgentry.database" .) "postgres") .Values.blobs.s3.bucket (not .Values.blobs.moveFrom) -}}
{{- with .Values.persistence -}}
{{- if not .enabled -}}
none
{{- else if and $needsNone (ne .accessMode "ReadWriteMany") (not .existingClaim) -}}
none
{{- else -}}
claim
{{- end -}}
{{- end -}}
{{- end }}

{{/* Whether two pods may run side by side for the time of a rollout. */}}
{{- define "urgentry.canOverlap" -}}
{{- if eq (include "urgentry.database" .) "postgres" -}}
{{- if or (eq (include "urgentry.volume" .) "none") (eq .Values.persistence.accessMode "ReadWriteMany") -}}
yes
{{- end -}}
{{- end -}}
{{- end }}

{{- define "urgentry.strategy" -}}
{{- if .Values.strategy -}}
{{- toYaml .Values.strategy -}}
{{- else if include "urgentry.canOverlap" . -}}
type: RollingUpdate
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
{{- else -}}
type: Recreate
{{- end -}}
{{- end }}

{{- define "urgentry.baseUrl" -}}
{{- if .Values.baseUrl -}}
{{- .Values.baseUrl -}}
{{- else if .Values.ingress.enabled -}}
{{- ternary "https" "http" .Values.ingress.tls.enabled -}}://{{- .Values.ingress.host -}}
{{- else if and .Values.httpRoute.enabled .Values.httpRoute.hostnames -}}
https://{{- first .Values.httpRoute.hostnames -}}
{{- else -}}
http://{{- include "urgentry.fullname" . -}}.{{- .Release.Namespace -}}.svc:8000
{{- end -}}
{{- end }}

{{/* Where `helm test` and the CronJob find their project and token; empty when nowhere. */}}
{{- define "urgentry.roundTrip" -}}
{{- $test := .Values.roundTrip -}}
{{- $made := .Values.bootstrap -}}
organization: {{ $test.organization | default $made.organization | quote }}
project: {{ $test.project | default $made.project | quote }}
{{- if $test.existingSecret }}
secret: {{ $test.existingSecret }}
key: {{ $test.existingSecretKey | default "auth-token" }}
{{- else if and $made.organization $made.authTokenKey }}
secret: {{ $made.existingSecret }}
key: {{ $made.authTokenKey }}
{{- end }}
{{- end }}
