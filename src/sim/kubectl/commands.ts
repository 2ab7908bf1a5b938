import { annotate } from './commands/annotate'
import { apiResources } from './commands/api-resources'
import { apiVersions } from './commands/api-versions'
import { apply } from './commands/apply'
import { create } from './commands/create'
import { createConfigMap } from './commands/create-configmap'
import { createCronJob } from './commands/create-cronjob'
import { createDeployment } from './commands/create-deployment'
import { createIngress } from './commands/create-ingress'
import { createJob } from './commands/create-job'
import { createNamespace } from './commands/create-namespace'
import { createPodDisruptionBudget } from './commands/create-poddisruptionbudget'
import { createPriorityClass } from './commands/create-priorityclass'
import { createQuota } from './commands/create-quota'
import { createClusterRole, createRole } from './commands/create-role'
import { createClusterRoleBinding, createRoleBinding } from './commands/create-rolebinding'
import { createSecretDockerRegistry, createSecretGeneric, createSecretTls } from './commands/create-secret'
import {
  createServiceClusterIp,
  createServiceExternalName,
  createServiceLoadBalancer,
  createServiceNodePort,
} from './commands/create-service'
import { createServiceAccount } from './commands/create-serviceaccount'
import { deleteCommand } from './commands/delete'
import { edit } from './commands/edit'
import { get } from './commands/get'
import { exec } from './commands/exec'
import { logs } from './commands/logs'
import { run } from './commands/run'
import { kustomize } from './commands/kustomize'
import { kubercSet, kubercView } from './commands/kuberc'
import { label } from './commands/label'
import { patch } from './commands/patch'
import { setEnv } from './commands/set-env'
import { setImage } from './commands/set-image'
import { setResources } from './commands/set-resources'
import { setSelector } from './commands/set-selector'
import { setServiceAccount } from './commands/set-serviceaccount'
import { setSubject } from './commands/set-subject'
import { describe } from './commands/describe'
import { expose } from './commands/expose'
import { rolloutPause, rolloutRestart, rolloutResume } from './commands/rollout-change'
import { rolloutHistory } from './commands/rollout-history'
import { rolloutStatus } from './commands/rollout-status'
import { rolloutUndo } from './commands/rollout-undo'
import { scale } from './commands/scale'
import { wait } from './commands/wait'
import { explain } from './commands/explain'
import { currentContext, getClusters, getContexts, getUsers, view } from './commands/config-read'
import { deleteCluster, deleteContext, deleteUser, renameContext, useContext } from './commands/config-write'
import { setCluster, setContext, setCredentials } from './commands/config-entries'
import { configSet, configUnset } from './commands/config-set'
import { cordon, uncordon } from './commands/cordon'
import { attach } from './commands/attach'
import { clusterInfo } from './commands/cluster-info'
import { clusterInfoDump } from './commands/cluster-info-dump'
import { cp } from './commands/cp'
import { debug } from './commands/debug'
import { portForward } from './commands/port-forward'
import { proxy } from './commands/proxy'
import { replace } from './commands/replace'
import { taint } from './commands/taint'
import { drain } from './commands/drain'
import { autoscale } from './commands/autoscale'
import { diff } from './commands/diff'
import { version } from './commands/version'
import { alpha, help, options } from './commands/help'
import { authCanI } from './commands/auth-can-i'
import { authReconcile } from './commands/auth-reconcile'
import { authWhoami } from './commands/auth-whoami'
import { certificateApprove, certificateDeny } from './commands/certificate'
import { createToken } from './commands/create-token'
import { events } from './commands/events'
import { topNode, topPod } from './commands/top'
import { editLastApplied, setLastApplied, viewLastApplied } from './commands/apply-last-applied'
import { completion } from './commands/completion'
import { pluginList } from './commands/plugin-list'
import type { Command } from './session'

/** Every command by its path. A command is one file under commands/, registered here. */
export const commands: Readonly<Record<string, Command>> = {
  annotate,
  'api-resources': apiResources,
  'api-versions': apiVersions,
  apply,
  create,
  'create clusterrole': createClusterRole,
  'create clusterrolebinding': createClusterRoleBinding,
  'create configmap': createConfigMap,
  'create cronjob': createCronJob,
  'create deployment': createDeployment,
  'create ingress': createIngress,
  'create job': createJob,
  'create namespace': createNamespace,
  'create poddisruptionbudget': createPodDisruptionBudget,
  'create priorityclass': createPriorityClass,
  'create quota': createQuota,
  'create role': createRole,
  'create rolebinding': createRoleBinding,
  'create secret docker-registry': createSecretDockerRegistry,
  'create secret generic': createSecretGeneric,
  'create secret tls': createSecretTls,
  'create service clusterip': createServiceClusterIp,
  'create service externalname': createServiceExternalName,
  'create service loadbalancer': createServiceLoadBalancer,
  'create service nodeport': createServiceNodePort,
  'create serviceaccount': createServiceAccount,
  delete: deleteCommand,
  edit,
  get,
  exec,
  kustomize,
  label,
  logs,
  run,
  patch,
  'set env': setEnv,
  'set image': setImage,
  'set resources': setResources,
  'set selector': setSelector,
  'set serviceaccount': setServiceAccount,
  'set subject': setSubject,
  describe,
  expose,
  'rollout history': rolloutHistory,
  'rollout pause': rolloutPause,
  'rollout restart': rolloutRestart,
  'rollout resume': rolloutResume,
  'rollout status': rolloutStatus,
  'rollout undo': rolloutUndo,
  scale,
  explain,
  'config current-context': currentContext,
  'config delete-cluster': deleteCluster,
  'config delete-context': deleteContext,
  'config delete-user': deleteUser,
  'config get-clusters': getClusters,
  'config get-contexts': getContexts,
  'config get-users': getUsers,
  'config rename-context': renameContext,
  'config set': configSet,
  'config set-cluster': setCluster,
  'config set-context': setContext,
  'config set-credentials': setCredentials,
  'config unset': configUnset,
  'config use-context': useContext,
  'config view': view,
  cordon,
  uncordon,
  attach,
  'cluster-info': clusterInfo,
  'cluster-info dump': clusterInfoDump,
  cp,
  debug,
  'port-forward': portForward,
  proxy,
  replace,
  taint,
  drain,
  autoscale,
  diff,
  version,
  wait,
  alpha,
  'apply edit-last-applied': editLastApplied,
  'apply set-last-applied': setLastApplied,
  'apply view-last-applied': viewLastApplied,
  'auth can-i': authCanI,
  'auth reconcile': authReconcile,
  'auth whoami': authWhoami,
  'certificate approve': certificateApprove,
  'certificate deny': certificateDeny,
  'create token': createToken,
  events,
  'top node': topNode,
  'top pod': topPod,
  completion,
  help,
  options,
  'plugin list': pluginList,
  'kuberc set': kubercSet,
  'kuberc view': kubercView,
}
