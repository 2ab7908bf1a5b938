import { CommandError } from '../errors'
import { goJson } from '../printers/json'
import { metadataEditor } from '../metadata-edit'

export const label = metadataEditor({
  field: 'labels',
  word: 'label',
  exampleFile: 'pod',
  free: [],
  checkValue: true,
  tellsMissing: true,
  listsAlone: true,
  // The real one tells a removal by the length of the text, and so do we.
  outcome: (before, after, overwrite) => {
    const [old, now] = [goJson(before), goJson(after)]
    return old === now ? 'not labeled' : !overwrite && now.length < old.length ? 'unlabeled' : 'labeled'
  },
  overwriteRefusal: (clashes) =>
    clashes.map(({ key, value }) => new CommandError(`'${key}' already has a value (${value}), and --overwrite is false`)),
  bothRefusal: () => 'can not both modify and remove a label in the same command',
  badPairs: ([first]) => `unknown label spec: ${first}`,
})
