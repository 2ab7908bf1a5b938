import { definePlugin, MAX_SCORE } from '../framework'

const MEBIBYTE = 1024 * 1024
/** Images smaller than this in sum do not matter; more than this per container is as good as it gets. */
const MIN_BYTES = 23 * MEBIBYTE
const MAX_BYTES_PER_CONTAINER = 1000 * MEBIBYTE

/** Prefers nodes that have the Pod's images already; an image that few nodes have counts less, or one node would attract all. */
export const imageLocality = definePlugin({
  name: 'ImageLocality',
  preScore: ({ pod }, _nodes, view) => {
    const images = [...(pod.spec?.initContainers ?? []), ...(pod.spec?.containers ?? [])].map((container) =>
      normalized(container.image ?? ''),
    )
    const spread = new Map(images.map((image) => [image, view.nodesWithImage(image) / view.nodes.length]))
    return [...spread.values()].every((share) => share === 0) ? { skip: true } : { state: { images, spread } }
  },
  score: (_pod, node, state) => {
    const { images, spread } = state as { readonly images: readonly string[]; readonly spread: ReadonlyMap<string, number> } // from preScore
    const bytes = images.reduce((sum, image) => sum + Math.floor((node.images.get(image) ?? 0) * (spread.get(image) ?? 0)), 0)
    const max = MAX_BYTES_PER_CONTAINER * images.length
    const within = Math.min(Math.max(bytes, MIN_BYTES), max)
    return Math.floor((MAX_SCORE * (within - MIN_BYTES)) / (max - MIN_BYTES))
  },
})

/** Nodes report image names with their tag. */
function normalized(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image
}
