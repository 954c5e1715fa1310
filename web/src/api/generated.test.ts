// @vitest-environment node
import { readFile } from 'node:fs/promises'
import { buildSchema, parse, validate } from 'graphql'
import { expect, test } from 'vitest'
// @ts-expect-error a build script, not part of the typed sources
import { generate, output } from '../../scripts/codegen.mjs'

const read = (relative: string) => readFile(new URL(relative, import.meta.url), 'utf8')

test('every operation is legal in the schema', async () => {
  const schema = buildSchema(await read('../../../api/schema.graphql'))
  const operations = parse(await read('./operations.graphql'))
  expect(validate(schema, operations).map((error) => error.message)).toEqual([])
})

test('generated.ts is fresh; otherwise run `npm run codegen`', async () => {
  expect(await readFile(output, 'utf8')).toBe(await generate())
}, 30_000)
