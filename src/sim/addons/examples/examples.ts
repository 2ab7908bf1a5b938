import { clusterExamples } from './cluster'
import { configurationExamples } from './configuration'
import { podExamples } from './pods'
import { workloadExamples } from './workloads'

/** Where the documentation's examples are found, without the scheme. */
const PLACES =
  /^(?:(?:www\.)?(?:k8s|kubernetes)\.io\/examples|raw\.githubusercontent\.com\/kubernetes\/website\/main\/content\/en\/examples)\/(.+)$/

let byPath: ReadonlyMap<string, string> | undefined

/** A manifest that pages of the documentation apply by its URL (given without the scheme); undefined for everything else. */
export function example(url: string): string | undefined {
  const path = PLACES.exec(url)?.[1]
  return path === undefined ? undefined : examples().get(path)
}

/** All of them: each stands below a line `#> PATH…`, which may name several places. */
export const examples = (): ReadonlyMap<string, string> =>
  (byPath ??= new Map(
    [podExamples, configurationExamples, workloadExamples, clusterExamples].flatMap((text) =>
      text
        .split(/^#> /m)
        .slice(1)
        .flatMap((part) => {
          const end = part.indexOf('\n')
          return part
            .slice(0, end)
            .split(' ')
            .map((path) => [path, part.slice(end + 1)] as const)
        }),
    ),
  ))
