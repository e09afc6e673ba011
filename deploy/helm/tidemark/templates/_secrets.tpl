{{/*
A secret that is written out would stand in a ConfigMap and in the release's history. Which keys hold one is told by
secret-keys.json, which is made of the daemon's own schema.
*/}}
{{- define "tidemark.refuseSecrets" -}}
{{- $types := .Files.Get "secret-keys.json" | fromJson -}}
{{- $variables := dict -}}
{{- range $section, $keysOf := $types -}}
{{- range $name, $entry := index $.Values.config $section -}}
{{- $at := printf "config.%s.%s" $section $name -}}
{{- if not (kindIs "map" $entry) -}}
{{- fail (printf "%s: is a map, with a `type`" $at) -}}
{{- end -}}
{{- $type := toString $entry.type -}}
{{- if not (hasKey $keysOf $type) -}}
{{- fail (printf "%s.type: is one of %s" $at (keys $keysOf | sortAlpha | join ", ")) -}}
{{- end -}}
{{- range $path := index $keysOf $type -}}
{{- $value := $entry -}}
{{- range $path -}}
{{- $value = ternary (index (ternary $value dict (kindIs "map" $value)) .) nil (kindIs "map" $value) -}}
{{- end -}}
{{- include "tidemark.refuseWritten" (dict "value" $value "at" (printf "%s.%s" $at (join "." $path)) "variables" $variables) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range regexFindAll `://[^\s/@$]+:[^\s/@$]+@` (toYaml .Values.config) -1 -}}
{{- fail "config: an address holds a password; put the address into an existing Secret and refer to it" -}}
{{- end -}}
{{- range .Values.env -}}
{{- if and (hasKey $variables .name) (hasKey . "value") -}}
{{- fail (printf "env: %s is a secret of the configuration and is written out; take it from an existing Secret by valueFrom.secretKeyRef" .name) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* `value`, where a secret belongs, at `at`; the variables that it refers to are put into `variables`. */}}
{{- define "tidemark.refuseWritten" -}}
{{- if kindIs "map" .value -}}
{{- range $key, $value := .value -}}
{{- include "tidemark.refuseWritten" (dict "value" $value "at" (printf "%s.%s" $.at $key) "variables" $.variables) -}}
{{- end -}}
{{- else if not (or (kindIs "invalid" .value) (eq (toString .value) "")) -}}
{{- /* `$${` is no reference. */ -}}
{{- $text := regexReplaceAll `\$\$\{` (toString .value) "" -}}
{{- /* Beside references may stand: the scheme of a header, the parts of an address that are no secret. */ -}}
{{- $reference := `\$\{(file:[^}]+|env:[A-Za-z_][A-Za-z0-9_]*(:-)?)\}` -}}
{{- $isHost := regexMatch `^[a-z]+://[^\s/@?#$]+/?$` $text -}}
{{- $isReference := regexMatch (printf `^((Bearer|Basic|Token) )?%s$` $reference) $text -}}
{{- $server := printf `((%[1]s|[A-Za-z0-9_.-]+):%[1]s@|%[1]s@)?([A-Za-z0-9.-]+|%[1]s)(:([0-9]+|%[1]s))?` $reference -}}
{{- $isAddress := regexMatch (printf `^[a-z]+://%s(/(%s)?)?$` $server $reference) $text -}}
{{- $isDatabase := regexMatch (printf `^postgres(ql)?://%s/[A-Za-z0-9_-]+(\?sslmode=[a-z-]+)?$` $server) $text -}}
{{- if not (or $isHost $isReference (and (contains "${" $text) (or $isAddress $isDatabase))) -}}
{{- fail (printf "%s: is written out; put it into an existing Secret, list that under `secrets`, and refer to it as ${file:/run/secrets/tidemark/<secret>/<key>}" .at) -}}
{{- end -}}
{{- range regexFindAll `\$\{env:[A-Za-z0-9_]+` $text -1 -}}
{{- $_ := set $.variables (trimPrefix "${env:" .) true -}}
{{- end -}}
{{- end -}}
{{- end -}}
