{{/*
The rules of the files in alerts/: one alert each, in Prometheus' own form. As its templates have the
same braces as Helm's, what differs by release stands there in [[brackets]]. Some are about parts
that a release may not have: `needs` names those.
*/}}
{{- define "urgentry.alerts" -}}
{{- $chosen := .Values.prometheusRule -}}
{{- $parts := dict "claim" (eq (include "urgentry.volume" .) "claim") "disk" (or (not .Values.blobs.s3.bucket) (eq .Values.blobs.moveFrom "s3")) "schedule" .Values.roundTrip.schedule.enabled "postgres" (eq (include "urgentry.database" .) "postgres") -}}
{{- $words := dict
  "namespace" .Release.Namespace
  "name" (include "urgentry.fullname" .)
  "claim" (include "urgentry.claim" .)
  "ingestErrorPercent" (toString $chosen.ingestErrorPercent)
  "volumeUsedPercent" (toString $chosen.volumeUsedPercent)
  "volumeFullDays" (toString $chosen.volumeFullDays)
  "backlogSeconds" (toString $chosen.backlogSeconds)
  "roundTripSeconds" (int64 .Values.roundTrip.schedule.alertAfterSeconds | toString)
-}}
{{- range $path, $_ := .Files.Glob "alerts/*.yaml" }}
{{- $text := $.Files.Get $path }}
{{- range $word, $meaning := $words }}
{{- $text = replace (printf "[[%s]]" $word) $meaning $text }}
{{- end }}
{{- $rule := fromYaml $text }}
{{- if and (or (not $rule.needs) (get $parts ($rule.needs | default ""))) (not (has $rule.alert $chosen.disabled)) }}
{{- $runbook := printf "%s/%s" (trimSuffix "/" $chosen.runbookUrl) (base $path | replace ".yaml" ".md") }}
{{- $_ := set $rule.annotations "runbook_url" $runbook }}
{{- $_ := set $rule "labels" (merge (dict) $chosen.alertLabels $rule.labels) }}
- {{- toYaml (omit $rule "needs") | nindent 2 }}
{{- end }}
{{- end }}
{{- end }}
