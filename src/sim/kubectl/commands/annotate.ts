import { CommandError } from '../errors'
import { metadataEditor } from '../metadata-edit'

export const annotate = metadataEditor({
  field: 'annotations',
  word: 'annotation',
  exampleFile: 'rsrc',
  separatesDocuments: true,
  free: ['kubernetes.io/change-cause'],
  outcome: () => 'annotated',
  overwriteRefusal: (clashes) =>
    clashes.length
      ? [
          new CommandError(
            `--overwrite is false but found the following declared annotation(s): ${clashes.map(({ key, value }) => `'${key}' already has a value (${value})`).join('; ')}`,
          ),
        ]
      : [],
  bothRefusal: (keys) => `can not both modify and remove the following annotation(s) in the same command: ${keys.join(', ')}`,
  badPairs: (pairs) => `invalid annotation format: ${pairs.join(', ')}`,
})
