{{/*
What `tidemark generate dashboards` writes, with the addresses of the values: a link without one is left out. `text`: a
dashboard as the package has it; `values`: what stands under `dashboards`.
*/}}
{{- define "tidemark.dashboard" -}}
{{- $addresses := dict "api_url" .values.apiUrl "runbook_url" .values.runbookUrl "file_url" .values.fileUrl -}}
{{- $dashboard := fromJson .text -}}
{{- $variables := list -}}
{{- range $variable := $dashboard.templating.list -}}
{{- if not (hasKey $addresses $variable.name) -}}
{{- $variables = append $variables $variable -}}
{{- else if index $addresses $variable.name -}}
{{- $variables = append $variables (set $variable "query" (index $addresses $variable.name)) -}}
{{- end -}}
{{- end -}}
{{- $links := list -}}
{{- range $link := $dashboard.links -}}
{{- $isKnown := true -}}
{{- range $name, $address := $addresses -}}
{{- if and (not $address) (contains (printf "${%s}" $name) (toString $link.url)) -}}{{- $isKnown = false -}}{{- end -}}
{{- end -}}
{{- if $isKnown -}}{{- $links = append $links $link -}}{{- end -}}
{{- end -}}
{{- $_ := set $dashboard.templating "list" $variables -}}
{{- set $dashboard "links" $links | toRawJson -}}
{{- end -}}
