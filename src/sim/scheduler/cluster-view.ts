import type { Client } from '../api/client'
import type { Node, Pod } from '../api/types/core-v1.gen'
import { addPod, nodeInfo, removePod, renewNode, type NodeInfo, type PodInfo, type Term } from './node-info'
import { createTally, type ChangeableTally, type Tally } from './tally'

/** Terms by which Pods that run already attract or repel others, those that say the same counted together. */
export interface TermGroup {
  readonly term: Term
  readonly kind: 'affinity' | 'antiAffinity' | 'preferred'
  /** Sums over the Pods of a node; negative for repulsion. */
  readonly weights: Tally
}

/** The scheduler's picture of the cluster, kept up to date by adding and removing, never by counting anew. */
export interface ClusterView {
  readonly client: Client
  readonly nodes: readonly NodeInfo[]
  node(name: string): NodeInfo | undefined
  /** How many Pods on each node satisfy a question. The same `key` must mean the same question: its counts are kept and updated. */
  count(key: string, asks: (pod: PodInfo) => boolean): Tally
  /** The values that a label has on nodes, each with how many nodes have it. */
  places(topologyKey: string): ReadonlyMap<string, number>
  /** How many nodes have an image. */
  nodesWithImage(image: string): number
  /** What running Pods say about the neighbours they want. */
  readonly termGroups: Iterable<TermGroup>
  namespaceLabels(namespace: string): Readonly<Record<string, string>>
  /** Pods that are to be placed on a node once their victims are gone. */
  nominated(nodeName: string): readonly PodInfo[]
}

/** The same with the means to change it, for the scheduler alone. */
export interface ChangeableView extends ClusterView {
  setNode(node: Node): NodeInfo
  deleteNode(name: string): void
  setPod(pod: PodInfo, nodeName: string): void
  deletePod(uid: string): PodInfo | undefined
  podOf(uid: string): PodInfo | undefined
  nominate(pod: PodInfo, nodeName: string | undefined): void
  clear(): void
}

/** Questions whose counts are kept; the least recently asked is forgotten. */
const MAX_COUNTS = 200

/** The usual answer, given for every node of every decision. */
const NOBODY: readonly PodInfo[] = []

interface Count {
  readonly asks: (pod: PodInfo) => boolean
  readonly tally: ChangeableTally
}

/** An empty picture. `namespaceLabels` looks a namespace's labels up. */
export function createClusterView(
  client: Client,
  namespaceLabels: (namespace: string) => Readonly<Record<string, string>>,
): ChangeableView {
  const byName = new Map<string, NodeInfo>()
  const nodeOfPod = new Map<string, string>()
  const counts = new Map<string, Count>()
  const groups = new Map<string, TermGroup & { readonly weights: ChangeableTally }>()
  const places = new Map<string, ReadonlyMap<string, number>>()
  const nodesPerImage = new Map<string, number>()
  const nominations = new Map<string, { readonly pod: PodInfo; readonly nodeName: string }>()
  let nodes: NodeInfo[] = []
  const placeOf = (nodeName: string, topologyKey: string) => byName.get(nodeName)?.node.metadata.labels?.[topologyKey]
  /** Pods that arrived before their node did. */
  const homeless = new Map<string, PodInfo>()

  function changeCounts(pod: PodInfo, nodeName: string, by: 1 | -1) {
    for (const { asks, tally } of counts.values()) if (asks(pod)) tally.add(nodeName, by)
    const change = (kind: TermGroup['kind'], terms: readonly Term[], weight: (term: Term) => number) => {
      for (const term of terms) {
        const signature = `${kind}${term.signature}`
        let group = groups.get(signature)
        if (!group) groups.set(signature, (group = { term, kind, weights: createTally(placeOf) }))
        group.weights.add(nodeName, by * weight(term))
        if (group.weights.perNode.size === 0) groups.delete(signature)
      }
    }
    change('affinity', pod.affinity, () => 1)
    change('antiAffinity', pod.antiAffinity, () => 1)
    for (const term of pod.preferredAffinity) change('preferred', [term], () => term.weight)
    for (const term of pod.preferredAntiAffinity) change('preferred', [term], () => -term.weight)
  }

  /** What is counted over nodes holds only until nodes come, go or change their labels. */
  function forgetNodes() {
    places.clear()
    nodesPerImage.clear()
    for (const { tally } of counts.values()) tally.forgetPlaces()
    for (const { weights } of groups.values()) weights.forgetPlaces()
  }

  function place(pod: PodInfo, info: NodeInfo) {
    addPod(info, pod)
    changeCounts(pod, info.name, 1)
  }

  const view: ChangeableView = {
    client,
    get nodes() {
      return nodes
    },
    node: (name) => byName.get(name),
    count(key, asks) {
      const known = counts.get(key)
      if (known) {
        counts.delete(key)
        counts.set(key, known)
        return known.tally
      }
      const perNode = new Map<string, number>()
      for (const info of nodes) {
        let count = 0
        for (const pod of info.pods.values()) if (asks(pod)) count++
        if (count > 0) perNode.set(info.name, count)
      }
      if (counts.size >= MAX_COUNTS) counts.delete(counts.keys().next().value!)
      const tally = createTally(placeOf, perNode)
      counts.set(key, { asks, tally })
      return tally
    },
    places(topologyKey) {
      let known = places.get(topologyKey)
      if (!known) {
        const nodesPerPlace = createTally(placeOf, new Map(nodes.map(({ name }) => [name, 1])))
        places.set(topologyKey, (known = nodesPerPlace.perPlace(topologyKey)))
      }
      return known
    },
    nodesWithImage(image) {
      let known = nodesPerImage.get(image)
      if (known === undefined) {
        known = 0
        for (const { images } of nodes) if (images.has(image)) known++
        nodesPerImage.set(image, known)
      }
      return known
    },
    get termGroups() {
      return groups.values()
    },
    namespaceLabels,
    nominated: (nodeName) =>
      nominations.size === 0
        ? NOBODY
        : [...nominations.values()].flatMap((nomination) => (nomination.nodeName === nodeName ? [nomination.pod] : [])),
    setNode(node) {
      const known = byName.get(node.metadata.name)
      if (known) {
        const { metadata, status } = known.node
        renewNode(known, node)
        if (metadata.labels !== node.metadata.labels) forgetNodes()
        if (status?.images !== node.status?.images) nodesPerImage.clear()
        return known
      }
      const info = nodeInfo(node)
      byName.set(info.name, info)
      forgetNodes()
      nodes = [...nodes, info]
      for (const pod of [...homeless.values()]) {
        if (nodeOfPod.get(pod.uid) !== info.name) continue
        homeless.delete(pod.uid)
        place(pod, info)
      }
      return info
    },
    deleteNode(name) {
      const info = byName.get(name)
      if (!info) return
      for (const pod of [...info.pods.values()]) {
        changeCounts(pod, name, -1)
        homeless.set(pod.uid, pod)
      }
      byName.delete(name)
      forgetNodes()
      nodes = nodes.filter((other) => other !== info)
    },
    setPod(pod, nodeName) {
      view.deletePod(pod.uid)
      nominations.delete(pod.uid)
      nodeOfPod.set(pod.uid, nodeName)
      const info = byName.get(nodeName)
      if (info) place(pod, info)
      else homeless.set(pod.uid, pod)
    },
    deletePod(uid) {
      const nodeName = nodeOfPod.get(uid)
      if (nodeName === undefined) return undefined
      const info = byName.get(nodeName)
      const pod = info?.pods.get(uid) ?? homeless.get(uid)
      nodeOfPod.delete(uid)
      homeless.delete(uid)
      if (pod && info) {
        removePod(info, pod)
        changeCounts(pod, nodeName, -1)
      }
      return pod
    },
    podOf(uid) {
      const nodeName = nodeOfPod.get(uid)
      return nodeName === undefined ? undefined : (byName.get(nodeName)?.pods.get(uid) ?? homeless.get(uid))
    },
    nominate(pod, nodeName) {
      if (nodeName === undefined) nominations.delete(pod.uid)
      else nominations.set(pod.uid, { pod, nodeName })
    },
    clear() {
      for (const memory of [byName, nodeOfPod, counts, groups, places, nodesPerImage, nominations, homeless]) memory.clear()
      nodes = []
    },
  }
  return view
}

/** Whether a Pod holds resources of its node: finished Pods do not. */
export const holdsResources = (pod: Pod): boolean => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed'
