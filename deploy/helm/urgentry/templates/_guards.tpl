{{/* What must not be installed: each guard says what is wrong and what to do. */}}
{{- define "urgentry.guards" -}}
{{- include "urgentry.guardReplicas" . -}}
{{- include "urgentry.guardDatabase" . -}}
{{- include "urgentry.guardRollout" . -}}
{{- include "urgentry.guardRoutes" . -}}
{{- include "urgentry.guardSecrets" . -}}
{{- end }}

{{- define "urgentry.guardReplicas" -}}
{{- $most := int (include "urgentry.mostReplicas" .) -}}
{{- if and .Values.autoscaling.enabled .Values.keda.enabled -}}
{{- fail "autoscaling.enabled and keda.enabled would both set the number of replicas: enable one" -}}
{{- end -}}
{{- if gt (int (include "urgentry.fewestReplicas" .)) $most -}}
{{- fail "minReplicas is larger than maxReplicas" -}}
{{- end -}}
{{- if gt $most 1 -}}
{{- if eq (include "urgentry.database" .) "sqlite" -}}
{{- fail (printf "%d replicas, but SQLite serves one process only: set postgres.host, or stay with replicaCount=1" $most) -}}
{{- end -}}
{{- $isClaim := eq (include "urgentry.volume" .) "claim" -}}
{{- if and (not $isClaim) (not .Values.blobs.s3.bucket) -}}
{{- fail (printf "%d replicas without a volume, so each would keep blobs that the others lack: set persistence.enabled=true with persistence.accessMode=ReadWriteMany, or keep blobs in a bucket (blobs.s3.bucket)" $most) -}}
{{- end -}}
{{- if and $isClaim (ne .Values.persistence.accessMode "ReadWriteMany") -}}
{{- fail (printf "%d replicas, but the volume is %s, which one node alone can mount: set persistence.accessMode=ReadWriteMany and a storageClass that can do it, or keep blobs in a bucket (blobs.s3.bucket) and name no claim" $most .Values.persistence.accessMode) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.keda.enabled (not .Values.keda.prometheusUrl) (not .Values.keda.triggers) -}}
{{- fail "keda.enabled needs keda.prometheusUrl, or triggers of your own in keda.triggers" -}}
{{- end -}}
{{- end }}

{{- define "urgentry.guardDatabase" -}}
{{- $type := include "urgentry.database" . -}}
{{- with .Values.postgres -}}
{{- if and (eq $type "sqlite") .host -}}
{{- fail "database.type is sqlite, but postgres.host is set: empty one of them" -}}
{{- end -}}
{{- if eq $type "postgres" -}}
{{- if not .existingSecret -}}
{{- fail "postgres.existingSecret is empty: name a Secret that holds PostgreSQL's DSN or password" -}}
{{- end -}}
{{- if not (or .existingSecretKey .existingSecretPasswordKey) -}}
{{- fail "postgres.existingSecretKey is empty: name the key of the Secret that holds the DSN" -}}
{{- end -}}
{{- if and .existingSecretPasswordKey (not .host) -}}
{{- fail "postgres.existingSecretPasswordKey is set, but postgres.host is empty: a password alone says not where to connect" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.pgbouncer.enabled -}}
{{- if not (and .Values.postgres.host .Values.postgres.existingSecretPasswordKey) -}}
{{- fail "pgbouncer.enabled needs postgres.host and postgres.existingSecretPasswordKey: a DSN would lead past the pooler" -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "urgentry.guardRollout" -}}
{{- $fewest := int (include "urgentry.fewestReplicas" .) -}}
{{- if and (ne (toString .Values.strategy.type) "Recreate") .Values.strategy (not (include "urgentry.canOverlap" .)) -}}
{{- fail "strategy: with SQLite or a volume that one node alone can mount, a second pod would wait for the first for ever: only Recreate works" -}}
{{- end -}}
{{- with .Values.podDisruptionBudget -}}
{{- if .enabled -}}
{{- $stay := toString .minAvailable -}}
{{- if $stay -}}
{{- if or (eq $stay "100%") (and (not (hasSuffix "%" $stay)) (ge (int $stay) $fewest)) -}}
{{- fail (printf "podDisruptionBudget.minAvailable is %s of %d replicas, so no node could ever be drained: make it less" $stay $fewest) -}}
{{- end -}}
{{- else if has (toString .maxUnavailable) (list "0" "0%" "") -}}
{{- fail "podDisruptionBudget.maxUnavailable is 0, so no node could ever be drained: make it 1" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $least := add .Values.preStopSeconds .Values.shutdownTimeoutSeconds 5 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $least) -}}
{{- fail (printf "terminationGracePeriodSeconds is %d, but a stop may take %d seconds (preStopSeconds + shutdownTimeoutSeconds + 5)" (int .Values.terminationGracePeriodSeconds) (int $least)) -}}
{{- end -}}
{{- end }}

{{- define "urgentry.guardRoutes" -}}
{{- $otlp := .Values.otlp -}}
{{- $ports := list 8000 -}}
{{- range $name := list "http" "grpc" -}}
{{- $listener := index $otlp $name -}}
{{- if $listener.enabled -}}
{{- if has (int $listener.port) $ports -}}
{{- fail (printf "otlp.%s.port is %d, which another listener has" $name (int $listener.port)) -}}
{{- end -}}
{{- $ports = append $ports (int $listener.port) -}}
{{- end -}}
{{- end -}}
{{- range $name := list "ingress" "httpRoute" -}}
{{- if and (index $otlp $name).enabled (not $otlp.http.enabled) -}}
{{- fail (printf "otlp.%s.enabled needs otlp.http.enabled" $name) -}}
{{- end -}}
{{- end -}}
{{- if and $otlp.grpcRoute.enabled (not $otlp.grpc.enabled) -}}
{{- fail "otlp.grpcRoute.enabled needs otlp.grpc.enabled" -}}
{{- end -}}
{{- if and $otlp.loadBalancer.enabled (not (or $otlp.http.enabled $otlp.grpc.enabled)) -}}
{{- fail "otlp.loadBalancer.enabled needs otlp.http.enabled or otlp.grpc.enabled" -}}
{{- end -}}
{{- range $name, $ingress := dict "ingress" .Values.ingress "otlp.ingress" $otlp.ingress -}}
{{- if $ingress.enabled -}}
{{- if not $ingress.host -}}
{{- fail (printf "%s.host is empty: the server needs a host name of its own" $name) -}}
{{- end -}}
{{- if and $ingress.tls.enabled (not $ingress.tls.secretName) -}}
{{- fail (printf "%s.tls.secretName is empty: name the Secret of the certificate, or set %s.tls.enabled=false" $name $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $route := dict "httpRoute" .Values.httpRoute "otlp.httpRoute" $otlp.httpRoute "otlp.grpcRoute" $otlp.grpcRoute -}}
{{- if and $route.enabled (not $route.parentRefs) -}}
{{- fail (printf "%s.parentRefs is empty: name the Gateway that carries the route" $name) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- define "urgentry.guardSecrets" -}}
{{- with .Values.bootstrap -}}
{{- if .organization -}}
{{- range $name := list "project" "email" "existingSecret" "passwordKey" -}}
{{- if not (index $.Values.bootstrap $name) -}}
{{- fail (printf "bootstrap.organization is set, but bootstrap.%s is empty" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.blobs.moveFrom (not .Values.blobs.s3.bucket) -}}
{{- fail "blobs.moveFrom is set, but blobs.s3.bucket is empty" -}}
{{- end -}}
{{- if and .Values.blobs.moveFrom (ne (include "urgentry.volume" .) "claim") -}}
{{- fail "blobs.moveFrom is set, but there is no volume to move from or to: set persistence.enabled=true" -}}
{{- end -}}
{{- with .Values.blobs.s3 -}}
{{- if .existingSecret -}}
{{- if not .bucket -}}
{{- fail "blobs.s3.existingSecret is set, but blobs.s3.bucket is empty" -}}
{{- end -}}
{{- if not (and .accessKeyIdKey .secretAccessKeyKey) -}}
{{- fail "blobs.s3.accessKeyIdKey or blobs.s3.secretAccessKeyKey is empty" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name := list "postgres" "secretKeys" "metricsToken" -}}
{{- $value := index $.Values $name -}}
{{- if and (ne $name "postgres") $value.existingSecret (not $value.existingSecretKey) -}}
{{- fail (printf "%s.existingSecretKey is empty" $name) -}}
{{- end -}}
{{- end -}}
{{- $trip := include "urgentry.roundTrip" . | fromYaml -}}
{{- if and $trip.secret (not (and $trip.organization $trip.project)) -}}
{{- fail "roundTrip.existingSecret is set, but roundTrip.organization or roundTrip.project is empty" -}}
{{- end -}}
{{- if and .Values.roundTrip.schedule.enabled (not $trip.secret) -}}
{{- fail "roundTrip.schedule.enabled needs an API token: set roundTrip.existingSecret, or bootstrap.authTokenKey" -}}
{{- end -}}
{{- end }}
