import { describe, expect, test } from 'vitest'
import { findChromium, picture, shows, useSite } from './browser'

describe.skipIf(!findChromium())('the lesson', () => {
  const site = useSite()

  test('the first tasks of the Deployments lesson are done by pressing its buttons, and tick as the cluster changes', async () => {
    const { page, trouble } = await site.open()
    await page.getByRole('button', { name: /^Speed 10×/ }).click()
    await page.getByRole('button', { name: /^Run in the terminal: kubectl create deployment web/ }).click()
    await page.locator('.pod[data-stage="running"]', { hasText: /^web/ }).nth(2).waitFor()
    const task = page.locator('[data-task="task-1"]')
    expect(await task.getAttribute('data-done')).toBe('false')
    await task.getByRole('button', { name: 'Hint' }).click()
    await task.locator('.hint').waitFor()
    await task.getByRole('button', { name: 'Show a solution' }).click()
    await task.getByRole('button', { name: 'Type it for me' }).click()
    await page.locator('[data-task="task-1"][data-done="true"]').waitFor({ timeout: 60_000 })
    await picture(page, 'lesson')
    await page.reload()
    await page.locator('[data-task="task-1"][data-done="true"]').waitFor()
    expect(trouble).toEqual([])
  })

  test('a quiz tells a wrong answer from the right one, and explains the right one', async () => {
    const { page } = await site.open()
    const quiz = page.locator('.quiz').first()
    await quiz.locator('input').first().check()
    await quiz.getByRole('button', { name: 'Check' }).click()
    await quiz.getByText('Not quite').waitFor()
    await quiz.locator('input').nth(1).check()
    await quiz.getByRole('button', { name: 'Check' }).click()
    await quiz.locator('.explanation').waitFor()
  })

  test('the whole lesson can be walked by its solutions', async () => {
    const { page } = await site.open()
    await page.getByRole('button', { name: /^Speed 60×/ }).click()
    const blocks = page.locator('.lesson-text > .run > .button, .lesson-text > .task')
    const total = await blocks.count()
    for (let index = 0; index < total; index++) {
      const block = blocks.nth(index)
      if (!(await block.getAttribute('data-task'))) {
        // A file is put into the workspace, not run.
        if (/editor/.test((await block.getAttribute('aria-label')) ?? '')) continue
        await block.click()
      } else {
        await block.getByRole('button', { name: 'Show a solution' }).click()
        await block.getByRole('button', { name: 'Type it for me' }).click()
        await expect.poll(() => block.getAttribute('data-done'), { timeout: 60_000 }).toBe('true')
      }
      await shows(page, /[$#] *$/)
    }
    await picture(page, 'lesson-done')
  })
})
