/** How long a controller takes from a change to acting on it, in virtual milliseconds: the watch's way, the queue and the work itself. */
const REACTION_MS: Readonly<Record<string, number>> = {
  'deployment-controller': 12,
  'replicaset-controller': 15,
  'daemonset-controller': 15,
  'statefulset-controller': 15,
  // Gathers several Pods' changes into one look, as the real one does for a second.
  'job-controller': 100,
  'endpointslice-controller': 25,
  'endpoint-controller': 25,
  'namespace-controller': 50,
  'generic-garbage-collector': 50,
  'resourcequota-controller': 50,
  'service-account-controller': 10,
  'root-ca-certificate-publisher': 10,
}
const USUAL_REACTION_MS = 20

/** The reaction time of a controller by its name. */
export const reactionMsOf = (controller: string): number => REACTION_MS[controller] ?? USUAL_REACTION_MS

/**
 * Virtual milliseconds that looking at one more object takes. It also lets a large workload's changes gather into one look, so that work stays
 * linear. A ReplicaSet makes its Pods a few at a time and must not wait so long in between.
 */
const MS_PER_OBJECT: Readonly<Record<string, number>> = { 'replicaset-controller': 0.02 }
const USUAL_MS_PER_OBJECT = 0.25

/** How much longer a controller takes for each object it has to look at. */
export const msPerObjectOf = (controller: string): number => MS_PER_OBJECT[controller] ?? USUAL_MS_PER_OBJECT
