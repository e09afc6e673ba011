{{- define "tidemark.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "tidemark.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "tidemark.labels" -}}
{{ include "tidemark.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "tidemark.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Of every container: a root that cannot be written to, no rights, no way to more. */}}
{{- define "tidemark.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* A secret that is written out would stand in a ConfigMap and in the release's history. */}}
{{- define "tidemark.refuseSecrets" -}}
{{- $secret := `(?m)^\s*(?:- )?"?(?:password|token|credentials|private_key|private_key_passphrase|client_secret|secret|key)"?: *(?:[|>].*|["']?(?:[^$"'\s|>{\[]|\$[^{]).*)$` -}}
{{- range regexFindAll $secret (toYaml .Values.config) -1 -}}
{{- fail (printf "config: %s is written out; put it into an existing Secret, list that under `secrets`, and refer to it as ${file:/run/secrets/tidemark/<secret>/<key>}" (regexReplaceAll `:.*` (trim .) "")) -}}
{{- end -}}
{{- range regexFindAll `://[^\s/@$]+:[^\s/@$]+@` (toYaml .Values.config) -1 -}}
{{- fail "config: an address holds a password; put the address into an existing Secret and refer to it" -}}
{{- end -}}
{{- end -}}

{{- define "tidemark.gitSyncArgs" -}}
- --repo={{ required "products.gitSync.repo is needed" .repo }}
- --ref={{ .ref }}
- --period={{ .period }}
- --root=/srv/products/git
- --link=current
- --depth=1
{{- end -}}
