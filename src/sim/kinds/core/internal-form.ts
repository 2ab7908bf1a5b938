import { unifiedHunks } from '../../formats/unified-diff'

/*
 * How the API server sees a Pod's spec inside: its internal Go structs, whose fields have no JSON names and are never left out. Nobody would see
 * them, were it not for its refusals, which print a value, or the difference of two, in this form:
 *
 *   -          "ContainerPort": 80,
 *   +          "ContainerPort": 8080,
 *
 * The order of the fields is that of k8s.io/kubernetes/pkg/apis/core/types.go.
 */

/**
 * Fields by struct. A name alone is a pointer, a list or a map of plain values, null when it is not set. `=` is a text, `#` a number, `?` a truth
 * value, with Go's zero values. `[]T` is a list of structs, `*T` a pointer to one, `:T` one that is always there, `+T` one whose fields stand in
 * its place.
 */
const STRUCTS: Readonly<Record<string, string>> = {
  PodSpec: `Volumes[]Volume InitContainers[]Container Containers[]Container EphemeralContainers[]EphemeralContainer RestartPolicy=
    TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy= NodeSelector ServiceAccountName= AutomountServiceAccountToken NodeName=
    SecurityContext*PodSecurityContext ImagePullSecrets[]LocalObjectReference Hostname= Subdomain= SetHostnameAsFQDN Affinity*Affinity
    SchedulerName= Tolerations[]Toleration HostAliases[]HostAlias PriorityClassName= Priority PreemptionPolicy DNSConfig*PodDNSConfig
    ReadinessGates[]PodReadinessGate RuntimeClassName Overhead EnableServiceLinks TopologySpreadConstraints[]TopologySpreadConstraint OS*PodOS
    SchedulingGates[]PodSchedulingGate ResourceClaims[]PodResourceClaim Resources*ResourceRequirements HostnameOverride`,
  Volume: 'Name= +VolumeSource',
  VolumeSource: `HostPath*HostPath EmptyDir*EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret*SecretVolume NFS*NFS ISCSI Glusterfs
    PersistentVolumeClaim*ClaimVolume RBD Quobyte FlexVolume Cinder CephFS Flocker DownwardAPI*DownwardAPI FC AzureFile ConfigMap*ConfigMapVolume
    VsphereVolume AzureDisk PhotonPersistentDisk Projected*Projected PortworxVolume ScaleIO StorageOS CSI*CSIVolume Ephemeral*Ephemeral Image*ImageVolume`,
  ServicePort: 'Name= Protocol= AppProtocol Port# TargetPort# NodePort#',
  PodDisruptionBudgetSpec: 'MinAvailable Selector MaxUnavailable UnhealthyPodEvictionPolicy',
  HostPath: 'Path= Type',
  EmptyDir: 'Medium= SizeLimit',
  SecretVolume: 'SecretName= Items[]KeyToPath DefaultMode Optional',
  NFS: 'Server= Path= ReadOnly?',
  ClaimVolume: 'ClaimName= ReadOnly?',
  DownwardAPI: 'Items[]DownwardAPIFile DefaultMode',
  DownwardAPIFile: 'Path= FieldRef*FieldRef ResourceFieldRef*ResourceFieldRef Mode',
  ConfigMapVolume: '+LocalObjectReference Items[]KeyToPath DefaultMode Optional',
  KeyToPath: 'Key= Path= Mode',
  Projected: 'Sources[]VolumeProjection DefaultMode',
  VolumeProjection: `Secret*NamedProjection DownwardAPI*DownwardAPIProjection ConfigMap*NamedProjection ServiceAccountToken*TokenProjection
    ClusterTrustBundle PodCertificate`,
  NamedProjection: '+LocalObjectReference Items[]KeyToPath Optional',
  DownwardAPIProjection: 'Items[]DownwardAPIFile',
  TokenProjection: 'Audience= ExpirationSeconds# Path=',
  CSIVolume: 'Driver= ReadOnly FSType VolumeAttributes NodePublishSecretRef*LocalObjectReference',
  Ephemeral: 'VolumeClaimTemplate',
  ImageVolume: 'Reference= PullPolicy=',
  LocalObjectReference: 'Name=',
  Container: `Name= Image= Command Args WorkingDir= Ports[]ContainerPort EnvFrom[]EnvFrom Env[]EnvVar Resources:ResourceRequirements
    ResizePolicy[]ResizePolicy RestartPolicy RestartPolicyRules VolumeMounts[]VolumeMount VolumeDevices[]VolumeDevice LivenessProbe*Probe
    ReadinessProbe*Probe StartupProbe*Probe Lifecycle*Lifecycle TerminationMessagePath= TerminationMessagePolicy= ImagePullPolicy=
    SecurityContext*SecurityContext Stdin? StdinOnce? TTY?`,
  EphemeralContainer: '+Container TargetContainerName=',
  ContainerPort: 'Name= HostPort# ContainerPort# Protocol= HostIP=',
  EnvFrom: 'Prefix= ConfigMapRef*OptionalReference SecretRef*OptionalReference',
  OptionalReference: '+LocalObjectReference Optional',
  EnvVar: 'Name= Value= ValueFrom*EnvVarSource',
  EnvVarSource: 'FieldRef*FieldRef ResourceFieldRef*ResourceFieldRef ConfigMapKeyRef*KeySelector SecretKeyRef*KeySelector FileKeyRef',
  FieldRef: 'APIVersion= FieldPath=',
  ResourceFieldRef: 'ContainerName= Resource= Divisor=',
  KeySelector: '+LocalObjectReference Key= Optional',
  ResourceRequirements: 'Limits Requests Claims[]ResourceClaimName',
  ResourceClaimName: 'Name= Request=',
  ResizePolicy: 'ResourceName= RestartPolicy=',
  VolumeMount: 'Name= ReadOnly? RecursiveReadOnly MountPath= SubPath= MountPropagation SubPathExpr=',
  VolumeDevice: 'Name= DevicePath=',
  Probe: '+Handler InitialDelaySeconds# TimeoutSeconds# PeriodSeconds# SuccessThreshold# FailureThreshold# TerminationGracePeriodSeconds',
  Handler: 'Exec*Exec HTTPGet*HTTPGet TCPSocket*TCPSocket GRPC*GRPC',
  LifecycleHandler: 'Exec*Exec HTTPGet*HTTPGet TCPSocket*TCPSocket Sleep*Sleep',
  Exec: 'Command',
  HTTPGet: 'Path= Port= Host= Scheme= HTTPHeaders[]HTTPHeader',
  HTTPHeader: 'Name= Value=',
  TCPSocket: 'Port= Host=',
  GRPC: 'Port# Service',
  Sleep: 'Seconds#',
  Lifecycle: 'PostStart*LifecycleHandler PreStop*LifecycleHandler StopSignal',
  SecurityContext: `Capabilities*Capabilities Privileged SELinuxOptions*SELinuxOptions WindowsOptions*WindowsOptions RunAsUser RunAsGroup RunAsNonRoot
    ReadOnlyRootFilesystem AllowPrivilegeEscalation ProcMount SeccompProfile*Profile AppArmorProfile*Profile`,
  Capabilities: 'Add Drop',
  SELinuxOptions: 'User= Role= Type= Level=',
  WindowsOptions: 'GMSACredentialSpecName GMSACredentialSpec RunAsUserName HostProcess',
  Profile: 'Type= LocalhostProfile',
  PodSecurityContext: `HostNetwork? HostPID? HostIPC? ShareProcessNamespace HostUsers SELinuxOptions*SELinuxOptions WindowsOptions*WindowsOptions RunAsUser
    RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup FSGroupChangePolicy Sysctls[]Sysctl SeccompProfile*Profile
    AppArmorProfile*Profile SELinuxChangePolicy`,
  Sysctl: 'Name= Value=',
  Affinity: 'NodeAffinity*NodeAffinity PodAffinity*PodAffinity PodAntiAffinity*PodAffinity',
  NodeAffinity:
    'RequiredDuringSchedulingIgnoredDuringExecution*NodeSelector PreferredDuringSchedulingIgnoredDuringExecution[]PreferredTerm',
  NodeSelector: 'NodeSelectorTerms[]NodeSelectorTerm',
  NodeSelectorTerm: 'MatchExpressions[]NodeRequirement MatchFields[]NodeRequirement',
  NodeRequirement: 'Key= Operator= Values',
  PreferredTerm: 'Weight# Preference:NodeSelectorTerm',
  PodAffinity: 'RequiredDuringSchedulingIgnoredDuringExecution[]PodTerm PreferredDuringSchedulingIgnoredDuringExecution[]WeightedPodTerm',
  PodTerm: 'LabelSelector Namespaces TopologyKey= NamespaceSelector MatchLabelKeys MismatchLabelKeys',
  WeightedPodTerm: 'Weight# PodAffinityTerm:PodTerm',
  Toleration: 'Key= Operator= Value= Effect= TolerationSeconds',
  HostAlias: 'IP= Hostnames',
  PodDNSConfig: 'Nameservers Searches Options[]DNSOption',
  DNSOption: 'Name= Value',
  PodReadinessGate: 'ConditionType=',
  TopologySpreadConstraint:
    'MaxSkew# TopologyKey= WhenUnsatisfiable= LabelSelector MinDomains NodeAffinityPolicy NodeTaintsPolicy MatchLabelKeys',
  PodOS: 'Name=',
  PodSchedulingGate: 'Name=',
  PodResourceClaim: 'Name= ResourceClaimName ResourceClaimTemplateName',
  ClaimSpec: `AccessModes Selector Resources:ClaimResources VolumeName= StorageClassName VolumeMode DataSource*LocalReference DataSourceRef*ObjectReference
    VolumeAttributesClassName`,
  ClaimResources: 'Limits Requests',
  LocalReference: 'APIGroup Kind= Name=',
  ObjectReference: 'APIGroup Kind= Name= Namespace',
  PersistentVolumeSource: `GCEPersistentDisk AWSElasticBlockStore HostPath*HostPath Glusterfs NFS*NFS RBD Quobyte ISCSI FlexVolume Cinder CephFS FC
    Flocker AzureFile VsphereVolume AzureDisk PhotonPersistentDisk PortworxVolume ScaleIO Local*LocalVolume StorageOS CSI*CSIPersistentVolume`,
  LocalVolume: 'Path= FSType',
  CSIPersistentVolume: `Driver= VolumeHandle= ReadOnly? FSType= VolumeAttributes ControllerPublishSecretRef*SecretReference
    NodeStageSecretRef*SecretReference NodePublishSecretRef*SecretReference ControllerExpandSecretRef*SecretReference
    NodeExpandSecretRef*SecretReference`,
  SecretReference: 'Name= Namespace=',
  RoleRef: 'APIGroup= Kind= Name=',
  PodTemplateSpec: 'Spec:PodSpec',
}

interface Field {
  readonly name: string
  readonly mark: string
  readonly struct: string
}

const parsed = new Map<string, readonly Field[]>()

function fieldsOf(struct: string): readonly Field[] {
  let fields = parsed.get(struct)
  if (!fields) {
    fields = STRUCTS[struct]!.trim()
      .split(/\s+/)
      .map((text): Field => {
        const [, before = '', name = '', mark = '', of = ''] = /^(\+?)(\w+?)(=|#|\?|\[\]|\*|:)?(?:(?<=[\]*:])(\w+))?$/.exec(text) ?? []
        return before ? { name: '', mark: '+', struct: name } : { name, mark, struct: of }
      })
    parsed.set(struct, fields)
  }
  return fields
}

const ODD_NAMES: Readonly<Record<string, string>> = { CephFS: 'cephfs', StorageOS: 'storageos' }

/** `HostIP` is `hostIP` on the wire, `DNSPolicy` is `dnsPolicy`. */
const wireName = (name: string) => ODD_NAMES[name] ?? name.replace(/^([A-Z]+)(?=[A-Z][a-z])|^[A-Z]+/, (start) => start.toLowerCase())

type Json = Readonly<Record<string, unknown>>
const ZEROS: Readonly<Record<string, unknown>> = { '=': '', '#': 0, '?': false }

/** The structs of which others ask how two of them differ. */
type Compared = 'ClaimSpec' | 'PersistentVolumeSource'

/** A value of the wire as one of these structs. What is no struct here (selectors, old volumes) keeps its form on the wire. */
export function internalForm(struct: string, value: unknown): Json {
  const given = (value ?? {}) as Json // only asked for its fields
  const form: Record<string, unknown> = {}
  for (const { name, mark, struct: of } of fieldsOf(struct)) {
    if (mark === '+') Object.assign(form, internalForm(of, given))
    else form[name] = fieldForm(mark, of, given[wireName(name)])
  }
  return form
}

function fieldForm(mark: string, of: string, value: unknown): unknown {
  if (mark === ':') return internalForm(of, value)
  if (value === undefined || value === null) return ZEROS[mark] ?? null
  if (mark === '*') return internalForm(of, value)
  if (mark === '[]') return (value as readonly unknown[]).map((each) => internalForm(of, each))
  return value
}

/** A Pod's spec: the namespaces that it shares with its host are part of its security context inside. */
export function internalPodSpec(spec: Json): Json {
  const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers, securityContext } = spec
  const own = Object.fromEntries(
    Object.entries({ hostNetwork, hostPID, hostIPC, shareProcessNamespace, hostUsers }).filter(([, value]) => value !== undefined),
  )
  const context = securityContext || Object.keys(own).length > 0 ? { ...(securityContext as Json | undefined), ...own } : undefined
  return internalForm('PodSpec', { ...spec, securityContext: context })
}

/** The template of Pods: its metadata has names on the wire, and stands in its place. */
export const internalPodTemplate = ({ metadata, spec }: { readonly metadata?: object; readonly spec?: object }): Json => ({
  ...metadata,
  Spec: internalPodSpec((spec ?? {}) as Json), // only asked for its fields
})

const escaped = (text: string) => text.replace(/[<>&]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`)
const lines = (value: unknown) => `${escaped(JSON.stringify(value, undefined, 2))}\n`.split(/(?<=\n)/).filter((line) => line !== '')

/** The difference of two values as the API server shows it: a unified diff of their indented JSON. */
export const internalDifference = (before: unknown, after: unknown): string => unifiedHunks(lines(before), lines(after), 3)

/** The difference of two values of one struct, on lines of its own. */
export const structDifference = (struct: Compared, before: unknown, after: unknown): string =>
  `\n${internalDifference(internalForm(struct, before), internalForm(struct, after))}`
