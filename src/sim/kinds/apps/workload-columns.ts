import type { Column } from '../../api/kind'
import { listText } from '../../api/columns'
import type { PodTemplateSpec } from '../../api/types/core-v1.gen'
import type { LabelSelector } from '../../api/types/meta-v1.gen'
import { formatSelector } from '../../formats/selector'

/** The wide columns of everything that makes Pods from a template. */
export function templateColumns<T>(
  templateOf: (object: T) => PodTemplateSpec | undefined,
  selectorOf?: (object: T) => LabelSelector | undefined,
): readonly Column<T>[] {
  const containers = (object: T) => templateOf(object)?.spec?.containers ?? []
  const columns: Column<T>[] = [
    [
      'Containers',
      (object) => listText(containers(object).map((c) => c.name)),
      { wide: true, description: 'Names of each container in the template.' },
    ],
    [
      'Images',
      (object) => listText(containers(object).map((c) => c.image ?? '')),
      { wide: true, description: 'Images referenced by each container in the template.' },
    ],
  ]
  if (selectorOf) columns.push(['Selector', (object) => formatSelector(selectorOf(object)), { wide: true }])
  return columns
}
