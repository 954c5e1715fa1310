import { expect, test } from 'vitest'
import { sortSamples, type Order } from './sortSamples.ts'

const samples = [
  { value: 2, repository: { name: 'b' } },
  { value: null, repository: { name: 'c' } },
  { value: 9, repository: { name: 'd' } },
  { value: 2, repository: { name: 'a' } },
]

test.each<[Order, string]>([
  ['repository', 'abcd'],
  ['value', 'dabc'],
  ['value-up', 'abdc'],
])('%s', (order, names) => expect(sortSamples(samples, order).map((sample) => sample.repository.name).join('')).toBe(names))
