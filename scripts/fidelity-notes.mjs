// What docs/fidelity.md says beyond what can be read from definitions and tests. Add a row when something is simplified or left out on purpose.

/** By kind: what of it is simplified. */
export const simplifiedKinds = {
  ComponentStatus: 'noted when a component starts and stops, where a real server asks each time; carries a uid like stored objects',
  APIService:
    'the server behind a Service is looked at and asked over the simulated network, without TLS (a certificate it shows is judged by caBundle); the metrics APIs are answered by the cluster itself; groups are listed by name, whatever their priority; kubectl’s OpenAPI v2 does not have their schemas',
  CertificateSigningRequest:
    'requests are parsed, kubelets’ client certificates approved, signers check usages and subjects and issue X.509 certificates; their signatures are checksums',
  ClusterTrustBundle: 'stored and validated; nothing projects it into Pods',
  PodCertificateRequest: 'stored and validated; nothing issues certificates',
  FlowSchema: 'the default ones are there; requests are never queued',
  PriorityLevelConfiguration: 'the default ones are there; requests are never queued',
  Lease:
    'held and renewed by kubelets, kube-apiserver, kube-controller-manager and kube-scheduler (leaders every ten seconds, not every two), taken over when it has not changed for fifteen seconds; who loses one begins anew in the same process, where a real one exits',
  LeaseCandidate: 'stored and validated; there is no coordinated election',
  IPAddress: 'made for a Service right after it, not before; one somebody else holds is not given away',
  ServiceCIDR: 'ranges of IPv4; the network sends addresses of all of them to the Services',
  ResourceSlice: 'of devices, counters that several share and capacity that is consumed are not counted',
  DeviceClass: 'an extended resource name is stored and makes no claims',
  RuntimeClass: 'its overhead and scheduling are applied; nodes have the handler runc alone, any other keeps a Pod without a sandbox',
  StorageVersion: 'stored; no server writes any',
  StorageVersionMigration: 'stored; nothing migrates',
  CSINode: 'stored and validated; drivers are part of the simulation',
  CSIStorageCapacity: 'stored and validated; the scheduler does not weigh it',
  VolumeAttributesClass: 'guarded while a claim or a volume refers to it; volumes are not modified',
  Workload: 'stored and validated; Pods are not scheduled in gangs',
  PodGroup: 'stored and validated; Pods are not scheduled in gangs',
}

/** Behaviour that is simplified, and how. */
export const simplified = [
  [
    'Transport',
    'plain HTTP: of TLS there are the certificates that ingress-nginx and Gateways show, which curl and `openssl s_client` look at; other servers show none; from outside a client certificate is taken as given from a header, inside it must come from the cluster’s authority and be in force',
  ],
  ['Tokens', 'have the form, the claims and the lifetime of real ones; the signature is not checked against a key'],
  ['Certificates', 'are X.509 that openssl reads; a signature is a checksum that shows who signed, not a proof'],
  ['etcd', 'one store in memory with one revision counter and a compacted history; no consensus, no disk'],
  [
    'etcdctl',
    'tells a key’s latest revision also as the one in which it was created, with the version 1; a snapshot’s hash is a number of ours',
  ],
  [
    'Encryption at rest',
    'kube-apiserver obeys --encryption-provider-config (and its automatic reload): aescbc, aesgcm, secretbox, identity. What is stored has their prefixes and lengths; the ciphers are streams of SHA-256. Clients over HTTP cannot read what no key fits; kubelets and controllers still can. Of KMS there are the configuration and its mistakes; nobody can put a plug-in at a socket, so nothing is written with one, and the health checks say so',
  ],
  ['CoreDNS', 'logs two SHA-256 sums of its Corefile where a real one logs a SHA-512'],
  ['Watch cache', 'none: `resourceVersion=0` reads the newest state too'],
  [
    'k9s',
    'a view of ours with the keys, commands, titles and columns of v0.50: pods and containers have its columns, all other kinds those that the server prints (nodes with what they use); colours are the terminal’s sixteen. It reads no configuration (skins, plug-ins, hotkeys, custom columns). Lacking, and said so: XRay, pulses, Popeye, port-forwards, benchmarks, screen dumps, the RBAC and Helm views; without a word: copying to the clipboard, saving to files, transfers, setting images',
  ],
  ['Nesting', 'bodies deeper than 1,000 levels are refused, where Go allows 10,000'],
  [
    'CEL',
    'the language and Kubernetes’ libraries; regular expressions are JavaScript’s; what a rule of a custom resource could cost at most is estimated with the figures of cel-go for what people write, other functions roughly; what running an expression costs is counted by its steps, texts by their number and not by their length; a policy’s status tells of mistakes of type where built-in kinds are meant, not of custom ones; the commonest complaints are in cel-go’s words, rarer ones in the library’s',
  ],
  [
    'Webhooks',
    'are called over the simulated network without TLS; of agnhost’s webhook the certificate that it was given is verified against the caBundle, its names and its time; authorities made by an openssl outside are known by their names only',
  ],
  [
    'Refused changes',
    'show values as a server has them inside (Go’s names, every field) where that is a Pod’s spec or template, a claim’s spec, a volume’s source or a role reference; elsewhere by their names on the wire',
  ],
  [
    'Immutability',
    'every rule of a kind that people meet is in a table of tests; rarer ones (status transitions of Jobs, fields of events) are not checked',
  ],
  ['CRDs', 'apiextensions.k8s.io/v1 only, in every release; of a schema’s broken patterns the commonest mistakes are told in Go’s words'],
  ['Conversion webhooks', 'are asked once for each stored state and version, not at every read'],
  [
    'Audit',
    'kube-apiserver obeys --audit-policy-file and --audit-log-path (also `-`): requests over HTTP, and what controllers, scheduler and kubelets write, with the annotations of authorisation, PodSecurity, admission policies and webhooks; of what components read their watches are told, no single reads; logs are not rotated, there is no webhook backend',
  ],
  [
    'Proxy',
    'goes over the simulated network with the target’s status and headers; links in pages are not rewritten, connections are not upgraded',
  ],
  [
    'Servers in images',
    'some forty servers people deploy by name start, log, listen and answer their first page or greeting; what else they do is modelled for nginx, httpd, agnhost, redis, MySQL, PostgreSQL, ZooKeeper, Cassandra and WordPress as far as the tutorials go',
  ],
  [
    'SQL',
    'MySQL and PostgreSQL: one table a statement (no joins, no subqueries), types are not enforced, indexes and keys other than primary make no difference; others see a transaction’s changes before its COMMIT, and its ROLLBACK takes theirs back too',
  ],
  [
    'Redis, MongoDB, Cassandra',
    'Redis: the commands people type, a password, replication and waiting for list elements; no publishing, scripts, transactions or cluster mode. MongoDB answers that it is there and keeps no documents; Cassandra gossips, forms a ring and keeps no tables',
  ],
  [
    'Shells in containers',
    '`sh` is dash, ash or Bash as in the image; what dash and ash do not know of Bash’s grammar ends them when they come to it, not when the line is read, and `&>` is understood by both',
  ],
  [
    'Rights of servers',
    'nginx ends where it may not make its directories, give them away or write its pid; other servers start with any user, capabilities and root file system',
  ],
  ['Sockets', 'netstat and ss list who listens; established connections are not listed, nor are the kubelet’s own ports'],
  [
    'Interpreters',
    'python, perl, ruby, node and php run the one-liners of tutorials, not programs; another script ends with an error that says so',
  ],
  ['Package managers', 'apt, apk and yum know a table of packages that people install to look around; versions are Debian’s'],
  [
    'Images',
    'a table of known images with their users, entry points, environment and tools; any other name under a known registry is pulled and starts as a program that waits',
  ],
  [
    'Scheduler',
    'FailedScheduling names the taint that is not tolerated, as releases up to 1.34.1 do; later ones say “untolerated taint(s)” only. Configuration: profiles, plugins, weights, the arguments of plugins, percentageOfNodesToScore; no extenders, no VolumeBinding arguments; a second scheduler without a configuration stays idle and never takes the lease over',
  ],
  [
    'ReplicaSets and Jobs',
    'make at most 32 Pods a round in batches that double, and begin with small batches again in the next round, where a real controller makes up to 500 at once',
  ],
  [
    'Node controller',
    'a zone gives up a node every ten seconds counted from the last taint that is still there, where a real controller has a token bucket',
  ],
  [
    'Machines',
    'that join ask for a client certificate as kubeadm has them do; those a cluster is born with have theirs, and nobody renews any',
  ],
  [
    'Cluster autoscaler',
    'one group of one kind of machine; plans with the scheduler’s own plugins; its status ConfigMap tells the number of nodes only; machines boot in 45 seconds',
  ],
  [
    'Disks',
    'of class zonal-disk are attached and detached with VolumeAttachments, one node at a time; an attachment is born with the finalizer of its attacher; the drivers of a new cluster are on every node without a Pod of theirs; provisioners write as external-provisioner, where real ones name themselves',
  ],
  [
    'ingress-nginx',
    'an add-on, by its manifest or the URL of one: a program that watches, routes, rewrites, logs and writes events as the controller does; without its admission webhook, snippets, metrics, and annotations other than those for TLS redirects, rewriting, redirects, canaries, cookies, allowed addresses, basic authentication (apr1, SHA, plain), CORS, time limits and body sizes; regular expressions are JavaScript’s',
  ],
  ['The Internet', 'a few web sites, the manifests of add-ons under the URLs from which people install them, and the examples that the documentation’s commands apply most (k8s.io/examples), written anew with the same names, images and figures'],
  [
    'HorizontalPodAutoscaler',
    'custom and external metrics come from the add-on metrics-adapter, which reads them from annotations and a ConfigMap and measures nothing; a window of metrics is fifteen seconds',
  ],
  [
    'Device claims',
    'the scheduler allocates by class, CEL selectors, counts, alternatives, constraints, taints, administrators’ access and the counters that parts of a device share; consumable capacity, binding conditions and extended resources that a DeviceClass stands for are not there; selectors are compiled when a Pod is scheduled, not when a claim is written; one that fails keeps a Pod waiting as one more reason of its nodes, where a real scheduler gives the error alone; the namespace label for administrators’ access is not asked for',
  ],
  [
    'Controllers, scheduler, kubelets',
    'write as their own identities, held to their roles, and not while kube-apiserver is away; what they read comes from the store, also then; whether they may list and watch it is asked when a watch begins and every seven and a half minutes after; a static Pod’s mirror is written even while kube-apiserver is away',
  ],
]

/** What is not there at all. */
export const notModelled = [
  'controllers for Ingresses other than ingress-nginx and for the Gateway API other than NGINX Gateway Fabric (both add-ons: a cluster as kubeadm leaves it has neither, and nobody serves an Ingress there)',
  'on nodes: `kubeadm` beyond tokens, certificates and what it tells (no init, join, upgrade, reset), restoring a snapshot of etcd and clusters of several etcds, `nsenter`, rules of `iptables` other than kube-proxy’s, files that are changed to configure the runtime or the network (they are read by nobody; of a kubelet’s configuration its number of Pods, reservations, hard eviction thresholds, client CA and shutdown periods count); of the processes of services and containers only what `ps` and `kill` need, nothing in /proc',
  'of RabbitMQ exchanges, users, the management pages and AMQP itself (its own command-line clients speak with it), `cqlsh`',
  'of kubectl: the bodies of typed requests and the lines of reflectors in `-v` traces are not those of the real one',
  'of the kubelet’s own HTTP API behind nodes/proxy: `exec`, `run`, `checkpoint`; figures in `stats/summary` are averages since a container’s start',
  'figures at CoreDNS’ port 9153',
  'API priority and fairness: requests are sorted into flows and counted (headers, metrics, debug pages); none is queued or refused for load',
  'CBOR bodies are refused, as by a server without the feature; answers are JSON, YAML and, for OpenAPI v2, protobuf',
  'gang scheduling, scheduler plug-ins that wait (Permit), checkpoint of containers',
  'of kube-controller-manager: the collector of storage versions; the ConfigMap that tells since when the use of tokens in Secrets is noted down (it is since the cluster is there)',
  'versions of old releases that release 1.36 has forgotten: PodSecurityPolicy, autoscaling/v2beta1, apiextensions.k8s.io/v1beta1, apiregistration.k8s.io/v1beta1, the v1beta1 reviews',
  'OIDC and webhook authentication; plug-ins that keep keys (KMS)',
]
