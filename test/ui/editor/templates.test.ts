import { expect, test } from 'vitest'
import { createCluster } from '../../../src/sim/cluster'
import { templates } from '../../../src/ui/editor/templates'

test('every manifest that a new file may begin with is one that the API server takes', () => {
  const cluster = createCluster()
  for (const { file, text } of templates) cluster.files.write(`/root/${file}`, text)
  for (const { name, file } of templates) {
    const { stdout, stderr } = cluster.run(`kubectl apply --dry-run=server -f ${file}`)
    expect(stderr).toBe('')
    expect(stdout.toLowerCase()).toMatch(new RegExp(`^${name.toLowerCase()}[a-z0-9.]*/\\S+ created \\(server dry run\\)\n$`))
  }
})
