/** What every installation needs. */
export const needed = `image: { repository: registry.example.com/tidemark }
http: { existingSecret: tidemark-http }
`;

/** The smallest installation. */
export const smallest = `${needed}products: { configMaps: [sales-products] }
`;

/** Where a chart with everything has its dashboards' links lead. */
export const addresses = {
  apiUrl: "https://tidemark.example.org",
  runbookUrl: "https://wiki.example.org/runbooks/",
  fileUrl: "https://git.example.org/mesh/blob/main/",
} as const;

/** Everything that may be asked for besides. */
export const everything = `${needed}secrets: [dwh, slack]
config:
  connections:
    dwh: { type: postgres, host: dwh.example.com, user: reader, password: "\${file:/run/secrets/tidemark/dwh/password}" }
    files: { type: duckdb }
  teams: { shop: { notify: { ticket: [console] } } }
  notifiers: { console: { type: console } }
products:
  files:
    orders.product.yaml: |
      version: 1
      product: orders
      owner: shop
      datasets: { orders: { connection: dwh, table: sales.orders, checks: { enough: { type: volume, min: 1 } } } }
  configMaps: [sales-products]
  gitSync: { enabled: true, repo: https://example.com/mesh.git, existingSecret: git }
serviceMonitor: { enabled: true, labels: { release: prometheus } }
prometheusRule:
  enabled: true
  files:
    tide_mark: |
      groups: [{ name: one, rules: [{ alert: Down, expr: absent(tidemark_build_info) }] }]
dashboards: ${JSON.stringify({ enabled: true, ...addresses })}
networkPolicy: { enabled: true, from: [{ namespaceSelector: { matchLabels: { team: monitoring } } }] }
`;

/** What else people set, one installation each. */
export const others: Readonly<Record<string, string>> = {
  "files alone, without the sidecar and the budget": `${needed}reload: { enabled: false }
podDisruptionBudget: { enabled: false }
products: { files: { a.product.yaml: "version: 1" } }
`,
  "a repository alone, without a password": `${needed}products: { gitSync: { enabled: true, repo: https://example.com/mesh.git } }
`,
  "a place in the cluster, an image by its digest and variables": `image:
  repository: registry.example.com/tidemark
  digest: sha256:${"0123456789abcdef".repeat(4)}
  pullSecrets: [{ name: registry }]
http: { existingSecret: tidemark-http, key: bearer }
products: { configMaps: [a, b] }
env: [{ name: SLACK_BOT_TOKEN, valueFrom: { secretKeyRef: { name: slack, key: token } } }]
config: { notifiers: { slack: { type: slack, token: "\${env:SLACK_BOT_TOKEN}" } } }
persistence: { size: 10Gi, storageClassName: fast }
serviceAccount: { annotations: { eks.amazonaws.com/role-arn: "arn:aws:iam::123456789012:role/tidemark" } }
podAnnotations: { example.com/team: data }
podLabels: { team: data }
nodeSelector: { disk: ssd }
tolerations: [{ key: data, operator: Exists, effect: NoSchedule }]
affinity:
  nodeAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      nodeSelectorTerms: [{ matchExpressions: [{ key: zone, operator: In, values: [a] }] }]
priorityClassName: high
podDisruptionBudget: { maxUnavailable: 0 }
serviceMonitor: { enabled: true, interval: 30s }
dashboards: { enabled: true, annotations: { folder: Tidemark } }
`,
};
