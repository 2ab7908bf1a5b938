import { lateAddons } from './addons/addon'
import { clusterAutoscaler } from './addons/cluster-autoscaler/cluster-autoscaler'
import { downloads } from './addons/downloads'
import { draExampleDriver } from './addons/dra-example-driver'
import { gatewayFabric } from './addons/gateway/control-plane'
import { gatewayNginx } from './addons/gateway/data-plane'
import { ingressNginx } from './addons/ingress-nginx/controller'
import { loadBalancer } from './addons/load-balancer'
import { addonManifests } from './addons/manifests'
import { metricsAdapter } from './addons/metrics-adapter'
import { sampleApiServer } from './addons/sample-apiserver/sample-apiserver'
import { Environment, Optional } from '@marcbachmann/cel-js'
import { certificateApproval, certificateSigning, certificateSubjectRestriction } from './api/admission/certificates'
import { certificateRequester } from './api/admission/certificate-requester'
import { claimResize } from './api/admission/claim-resize'
import { latePlugins } from './api/admission/late-plugins'
import { lateUsage } from './api/admission/late-usage'
import { totalUsage } from './api/admission/quota-usage'
import { userOfBootstrapToken } from './api/auth/bootstrap-token'
import { escalation } from './api/auth/escalation'
import { lateBootstrapToken } from './api/auth/late-bootstrap-token'
import { limitRanger } from './api/admission/limit-ranger'
import { mutatingAdmissionPolicy } from './api/admission/mutating-admission-policy'
import { podSecurity } from './api/admission/pod-security'
import { resourceQuota } from './api/admission/resource-quota'
import { defaultIngressClass } from './api/admission/default-ingress-class'
import { runtimeClass } from './api/admission/runtime-class'
import { validatingAdmissionPolicy } from './api/admission/validating-admission-policy'
import { mutatingAdmissionWebhook, validatingAdmissionWebhook } from './api/admission/webhooks'
import { celLibrary } from './api/cel/library'
import { customKind } from './api/crd/definition'
import { emptyStatus, namesOf, statusOf, withCondition } from './api/crd/definition-status'
import { definitionErrors } from './api/crd/definition-validation'
import { startAudit } from './audit-writer'
import { toldInProcess, watchesToldInProcess } from './api/audit-in-process'
import { encryptionAtRest } from './api/encryption-at-rest'
import { startEncryption } from './encryption-file'
import { lateServerFlags } from './late-server-flags'
import { useRuntimeConfig } from './runtime-config'
import { flowControlOf } from './api/flow-control'
import { lateFlowControl, lateUpkeep } from './api/late-flow-control'
import { tendFlowControl } from './bootstrap/flow-control-upkeep'
import { lateChecks } from './api/late-checks'
import { mutatingPolicyErrors, validatingPolicyErrors, webhookConditionErrors } from './api/admission/policy-checks'
import { lateCustomKind } from './api/crd/late-definition'
import { applied, withLastApplied } from './api/apply'
import { applyJsonPatch } from './api/json-patching'
import { latePatches } from './api/late-patches'
import { etcdEntries } from './api/etcd-keys'
import { inGoOrder } from './api/go-order'
import { goOrder, jsonScanner, lateEtcdKeys, metricsPage, openApi, protobuf, watchStream } from './api/late-formats'
import { scanJson } from './api/json-scan'
import { tokenRequest } from './api/auth/token-request'
import { httpHooks } from './api/edge'
import { fetchHandler } from './api/edge-http'
import { lateHttp } from './api/late-http'
import { writeScale } from './api/scale'
import { serve, serveNow } from './api/serve'
import { watchObjects } from './api/watch-stream'
import { reviewAnswers } from './api/auth/review-answers'
import { lateReviews } from './api/auth/reviews'
import { kubeletConnections } from './node/kubelet/connections'
import { lateConnections } from './node/kubelet/late-connections'
import { metricsPageOf } from './api/metrics-page'
import { lateTypes } from './api/schema/schema'
import aliases from './api/schema/aliases-late.json' with { type: 'json' }
import types from './api/schema/types-late.json' with { type: 'json' }
import { openApiRoutes } from './api/openapi'
import { typedPatchErrors } from './api/typed-patch'
import { protobufReader } from './api/protobuf'
import { bootstrapSigner } from './controllers/bootstrap-tokens/bootstrap-signer'
import { tokenCleaner } from './controllers/bootstrap-tokens/token-cleaner'
import { certificateApprover } from './controllers/certificate-approver'
import { certificateCleaner } from './controllers/certificate-cleaner'
import { certificateSigner } from './controllers/certificates'
import { cronJobController } from './controllers/cronjob/cronjob'
import { deviceTaintEvictionController } from './controllers/device-taint-eviction/eviction'
import { deviceTaintRuleStatusController } from './controllers/device-taint-eviction/rule-status'
import { disruptionController } from './controllers/disruption'
import { lateRound } from './controllers/hpa/horizontal-pod-autoscaler'
import { endpointSliceMirroringController } from './controllers/endpoints/endpointslice-mirroring'
import { hintNews, withHints } from './controllers/endpoints/hints'
import { lateHints } from './controllers/endpoints/late-hints'
import { round } from './controllers/hpa/round'
import { lateClaimRounds } from './controllers/resource-claim/resource-claim'
import { provide, release } from './controllers/resource-claim/rounds'
import { cleanLegacyTokens } from './controllers/legacy-tokens'
import { lateLegacyTokens } from './controllers/late-legacy-tokens'
import { jobController } from './controllers/job/job'
import { lateControllers } from './controllers/late'
import { policyStatusController } from './controllers/policy-status'
import { replicationControllerController } from './controllers/replicationcontroller'
import { serviceCIDRController } from './controllers/service-cidr'
import { statefulSetController } from './controllers/statefulset/statefulset'
import { ttlAfterFinishedController } from './controllers/ttl-after-finished'
import { attributesClassProtectionController } from './controllers/volume/attributes-class-protection'
import { claimProtectionController, volumeProtectionController } from './controllers/volume/protection'
import { yamlReader } from './formats/late-yaml'
import { parseYaml } from './formats/yaml'
import { allRules } from './kinds/all-rules'
import { createAggregator } from './kinds/apiregistration/aggregator'
import { lateAggregator } from './kinds/apiregistration/late-aggregator'
import { lateRules } from './kinds/late-rules'
import { lateSubresources } from './kinds/late-subresources'
import { peopleSubresources } from './kinds/people-subresources'
import { hostConfiguration } from './node/host-configuration'
import { containerLogs, podLogs, syslog } from './node/host-logs'
import { hostProcesses } from './node/host-processes'
import { hostTools } from './node/host-tools'
import { knownServerImages } from './node/images/known-servers'
import { lateImages } from './node/images/catalogue'
import { applications } from './node/images/applications'
import { databases } from './node/images/databases'
import { ingressControllers } from './node/images/ingress'
import { distributions, languages } from './node/images/distributions'
import { samples, testImages } from './node/images/kubernetes'
import { webServers } from './node/images/web-servers'
import { etcdctl, etcdutl } from './node/programs/etcd/etcdctl'
import { lateEtcd } from './node/programs/etcd/late-etcd'
import { kubeletPage } from './node/kubelet/http-pages'
import { nextImageVolume } from './node/kubelet/image-volumes'
import { lateResizing } from './node/kubelet/late-resizing'
import { deniedPatterns, loadSeccomp } from './node/kubelet/node-profiles'
import { resize } from './node/kubelet/resizing'
import { lateProfiles } from './node/kubelet/security-profiles'
import { lateImageVolumes } from './node/kubelet/late-image-volumes'
import { kubeletPages } from './node/kubelet/late-pages'
import { deviceVariables, prepareClaims, unprepareClaims } from './node/kubelet/device-claims'
import { lateDeviceClaims } from './node/kubelet/late-device-claims'
import { lookForShortage } from './node/kubelet/eviction'
import { lateEviction } from './node/kubelet/late-eviction'
import { dialFrom } from './network/dial'
import { lateDial } from './network/late-dial'
import { listenerOutside, resolveOutside, serveOutside } from './network/internet'
import { corednsMetrics } from './network/coredns-metrics'
import { answerByCorefile, parseCorefile } from './network/corefile'
import { healthCheckListener } from './network/health-check'
import { lateInternet } from './network/late-internet'
import { lateHostTools } from './node/late-host-tools'
import { lateHostView } from './node/late-host-view'
import { readSettings } from './node/kubelet-settings'
import { lateKubeletSettings } from './node/late-kubelet-settings'
import { lateSsh } from './late-ssh'
import { lateShell } from './shell/login'
import { profilesOf } from './scheduler/configuration'
import { lateConfiguration } from './scheduler/late-configuration'
import { filter, preFilter, reserved } from './scheduler/devices/device-claims'
import { lateDevices } from './scheduler/devices/late-devices'
import { shellCode } from './shell/shell-code'
import { createAttaching, volumesOn } from './storage/attaching'
import { syncClaim } from './storage/claims'
import { createDisks } from './storage/disks'
import { lateStorage } from './storage/late-storage'
import { syncVolume } from './storage/volumes'
import { ssh } from './ssh'

// Importing this module puts every part of the cluster in its place that the page loads after the first prompt (engine/late-code.ts).
lateShell.arrive(shellCode)
lateSsh.arrive(ssh)
lateTypes.arrive({ types, aliases })
celLibrary.arrive({ Environment, Optional })
metricsPage.arrive(metricsPageOf)
openApi.arrive(openApiRoutes)
goOrder.arrive(inGoOrder)
jsonScanner.arrive(scanJson)
watchStream.arrive(watchObjects)
lateHttp.arrive({ serve, serveNow, httpHooks, fetchHandler, writeScale, tokenRequest })
lateReviews.arrive(reviewAnswers)
lateConnections.arrive(kubeletConnections)
lateFlowControl.arrive(flowControlOf)
lateUpkeep.arrive(tendFlowControl)
lateServerFlags.arrive({ startAudit, toldInProcess, watchesToldInProcess, startEncryption, encryptionAtRest, useRuntimeConfig })
protobuf.arrive(protobufReader)
lateEtcdKeys.arrive(etcdEntries)
lateEtcd.arrive({ etcdctl, etcdutl })
lateCustomKind.arrive({ customKind, namesOf, statusOf, withCondition, emptyStatus })
lateChecks.arrive({ validatingPolicyErrors, mutatingPolicyErrors, webhookConditionErrors, definitionErrors })
yamlReader.arrive(parseYaml)
latePlugins.arrive([
  claimResize,
  certificateRequester,
  escalation,
  limitRanger,
  podSecurity,
  mutatingAdmissionPolicy,
  mutatingAdmissionWebhook,
  defaultIngressClass,
  runtimeClass,
  certificateApproval,
  certificateSigning,
  certificateSubjectRestriction,
  validatingAdmissionPolicy,
  validatingAdmissionWebhook,
  resourceQuota,
])
lateControllers.arrive([
  statefulSetController,
  replicationControllerController,
  jobController,
  cronJobController,
  ttlAfterFinishedController,
  disruptionController,
  deviceTaintRuleStatusController,
  deviceTaintEvictionController,
  certificateApprover,
  certificateSigner,
  certificateCleaner,
  policyStatusController,
  serviceCIDRController,
  bootstrapSigner,
  tokenCleaner,
  attributesClassProtectionController,
  endpointSliceMirroringController,
  claimProtectionController,
  volumeProtectionController,
])
lateAggregator.arrive(createAggregator)
lateRules.arrive(allRules)
lateSubresources.arrive(peopleSubresources)
lateBootstrapToken.arrive(userOfBootstrapToken)
lateUsage.arrive(totalUsage)
lateHints.arrive({ withHints, hintNews })
lateRound.arrive(round)
lateClaimRounds.arrive({ provide, release })
lateLegacyTokens.arrive(cleanLegacyTokens)
latePatches.arrive({ applyJsonPatch, applied, withLastApplied, typedPatchErrors })
lateHostTools.arrive(hostTools)
lateHostView.arrive({
  processes: hostProcesses,
  logs: { '/var/log/pods': podLogs, '/var/log/containers': containerLogs },
  syslog,
  configuration: hostConfiguration,
})
lateDial.arrive(dialFrom)
lateInternet.arrive({
  resolve: resolveOutside,
  listener: (address, port) => listenerOutside(downloads, address, port),
  serve: (address, port) => serveOutside(downloads, address, port),
  health: healthCheckListener,
  corednsMetrics,
  parseCorefile,
  answerByCorefile,
})
lateAddons.arrive({
  addons: [clusterAutoscaler, loadBalancer, draExampleDriver, metricsAdapter, ingressNginx, gatewayFabric, gatewayNginx, sampleApiServer],
  manifests: addonManifests,
})
lateEviction.arrive(lookForShortage)
lateKubeletSettings.arrive(readSettings)
lateDeviceClaims.arrive({ prepareClaims, unprepareClaims, deviceVariables })
lateConfiguration.arrive(profilesOf)
lateDevices.arrive({ preFilter, filter, reserved })
kubeletPages.arrive(kubeletPage)
lateImageVolumes.arrive(nextImageVolume)
lateResizing.arrive(resize)
lateProfiles.arrive({ loadSeccomp, deniedPatterns })
lateStorage.arrive({ syncClaim, syncVolume, createDisks, createAttaching, volumesOn })
lateImages.arrive([
  ...webServers,
  ...distributions,
  ...languages,
  ...databases,
  ...testImages,
  ...samples,
  ...knownServerImages,
  ...applications,
  ...ingressControllers,
])
