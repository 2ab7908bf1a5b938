import { describe, expect, test } from 'vitest'
import { findChromium, picture, shows, type, useSite } from './browser'

describe.skipIf(!findChromium())('the editor', () => {
  const site = useSite()

  test('a manifest written in the editor is seen by the shell and applied by the button', async () => {
    const { page, trouble } = await site.open('view=editor')
    await page.getByRole('button', { name: 'New file' }).click()
    await page.getByLabel('Name of the new file').fill('greeting.yaml')
    await page.getByRole('button', { name: 'Create', exact: true }).click()
    await page.locator('.monaco-editor .view-lines').click()
    // In flow style, because the editor indents by itself what a person types.
    await page.keyboard.insertText('apiVersion: v1\nkind: ConfigMap\nmetadata: { name: greeting }\ndata: { text: hello }\n')
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.locator('.applied', { hasText: 'configmap/greeting created' }).waitFor()
    await type(page, 'cat greeting.yaml; kubectl get configmap greeting')
    await shows(page, /text: hello/)
    await shows(page, /greeting\s+1\s+\d+s/)
    await picture(page, 'editor')
    expect(trouble).toEqual([])
  })

  test('a file that the shell writes appears in the tree, and changes under the reader’s eyes', async () => {
    const { page } = await site.open('view=editor')
    await type(page, 'echo "kind: Pod" > from-shell.yaml')
    await page.getByRole('button', { name: 'from-shell.yaml', exact: true }).click()
    await page.locator('.view-lines', { hasText: 'Pod' }).waitFor()
    await type(page, 'echo "kind: Service" > from-shell.yaml')
    await page.locator('.view-lines', { hasText: 'Service' }).waitFor()
  })

  test('a mistake is marked at its line: by the schema while typing, and by the API server on apply', async () => {
    const { page } = await site.open('view=editor')
    await type(
      page,
      `printf 'apiVersion: apps/v1\\nkind: Deployment\\nmetadata:\\n  name: web\\nspec:\\n  replicas: -1\\n  selectr: {}\\n  selector:\\n    matchLabels: {app: web}\\n  template:\\n    metadata:\\n      labels: {app: web}\\n    spec:\\n      containers:\\n      - name: web\\n        image: nginx\\n' > web.yaml`,
    )
    await page.getByRole('button', { name: 'web.yaml', exact: true }).click()
    await page.locator('.squiggly-warning, .squiggly-error').first().waitFor()
    await page.getByRole('button', { name: 'Apply', exact: true }).click()
    await page.locator('.applied', { hasText: 'unknown field "spec.selectr"' }).waitFor()
    await page.locator('.squiggly-error').first().waitFor()
    await picture(page, 'editor-mistake')
    expect(await page.locator('.applied').getAttribute('data-failed')).toBe('true')
  })
})
