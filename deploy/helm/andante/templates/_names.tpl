{{- define "andante.name" -}}
{{- if contains "andante" .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-andante" .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "andante.selector" -}}
app.kubernetes.io/name: andante
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "andante.labels" -}}
{{ include "andante.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}
