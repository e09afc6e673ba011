{{/* Where the daemon's and the products' files are, for whoever reads them. */}}
{{- define "tidemark.fileMounts" -}}
- { name: config, mountPath: /etc/tidemark, readOnly: true }
{{- if .Values.products.files }}
- { name: product-files, mountPath: /srv/products/files, readOnly: true }
{{- end }}
{{- range $index, $name := .Values.products.configMaps }}
- { name: products-{{ $index }}, mountPath: /srv/products/configmaps/{{ $name }}, readOnly: true }
{{- end }}
{{- if .Values.products.gitSync.enabled }}
- { name: git, mountPath: /srv/products/git, readOnly: true }
{{- end }}
{{- end -}}

{{/* `root`: the chart's scope; `once`: ends after the first checkout. */}}
{{- define "tidemark.gitSync" -}}
{{- $git := .root.Values.products.gitSync -}}
image: {{ $git.image }}
imagePullPolicy: IfNotPresent
args:
  {{- include "tidemark.gitSyncArgs" $git | nindent 2 }}
  {{- if .once }}
  - --one-time
  {{- end }}
securityContext: {{- include "tidemark.containerSecurity" .root | nindent 2 }}
env:
  - { name: HOME, value: /tmp }
  {{- with $git.existingSecret }}
  - name: GITSYNC_USERNAME
    valueFrom: { secretKeyRef: { name: {{ . }}, key: username } }
  - { name: GITSYNC_PASSWORD_FILE, value: /run/secrets/git/password }
  {{- end }}
resources: {{- toYaml $git.resources | nindent 2 }}
volumeMounts:
  - { name: git, mountPath: /srv/products/git }
  - { name: git-tmp, mountPath: /tmp }
  {{- if $git.existingSecret }}
  - { name: git-password, mountPath: /run/secrets/git, readOnly: true }
  {{- end }}
{{- end -}}
