// npm run e2e -- --base-url http://127.0.0.1:7080 [--screenshots DIR] [--chromium PATH]
//
// A person's visit in a real browser, against a running server with at least one registered repository: creates an
// insight by the form, watches it fill, pauses, resumes, opens a point and sees the samples, visits the repositories,
// turns the lights off. Every page must be free of console errors and of axe-core violations.
import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { launch, openPage, violations } from './browser.mjs'
import { visit } from './visit.mjs'

const { values } = parseArgs({
  options: {
    'base-url': { type: 'string', default: 'http://127.0.0.1:7080' },
    screenshots: { type: 'string' },
    chromium: { type: 'string', default: process.env.CHROMIUM ?? '/usr/bin/chromium' },
  },
})
const baseURL = values['base-url'].replace(/\/$/, '')
if (values.screenshots) await mkdir(values.screenshots, { recursive: true })

const browser = await launch(values.chromium)
const { page, problems, close } = await openPage(browser, baseURL)

async function step(name, run) {
  const before = problems.length
  try {
    await run()
    assert.deepEqual(problems.slice(before), [], `complaints of the browser during: ${name}`)
    console.log(`ok   ${name}`)
  } catch (error) {
    console.error(`FAIL ${name}`)
    if (values.screenshots) await page.screenshot({ path: join(values.screenshots, 'failure.png'), fullPage: true })
    throw error
  }
}

async function shot(name, options) {
  if (!values.screenshots) return
  // A full page is put together from the top; the bar that sticks to it would else be in the middle.
  if (options?.fullPage) await page.evaluate(() => window.scrollTo(0, 0))
  await page.screenshot({ path: join(values.screenshots, `${name}.png`), ...options })
}
const accessible = async (where) => assert.deepEqual(await violations(page), [], `accessibility of ${where}`)

try {
  await visit({ page, step, shot, accessible })
  console.log('all steps passed')
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await close()
  await browser.close()
}
