import type { CombinedError } from 'urql'

/** A server's error in one place of a mutation's input. */
export interface FieldError {
  message: string
  suggestion?: string
  /** UTF-16 offsets in the field's text. */
  start?: number
  end?: number
}

export interface PlacedErrors {
  /** By path from the mutation's arguments, such as "input.dataSeries.0.query". */
  fields: Map<string, FieldError>
  /** What belongs to no field. */
  general: string[]
}

/** Sorts a mutation's errors by the field of the form that caused them. */
export function placeErrors(error: CombinedError): PlacedErrors {
  const placed: PlacedErrors = { fields: new Map(), general: [] }
  for (const problem of error.graphQLErrors) {
    const extensions: Record<string, unknown> = problem.extensions ?? {}
    const field = pathText(extensions.field) ?? inputPath(problem.path)
    if (field === undefined) {
      placed.general.push(problem.message)
      continue
    }
    if (placed.fields.has(field)) continue
    const suggestion = typeof extensions.suggestion === 'string' ? extensions.suggestion : undefined
    placed.fields.set(field, {
      message: bareMessage(problem.message, suggestion),
      suggestion,
      start: typeof extensions.start === 'number' ? extensions.start : undefined,
      end: typeof extensions.end === 'number' ? extensions.end : undefined,
    })
  }
  if (error.networkError) placed.general.push(networkMessage(error))
  if (placed.fields.size === 0 && placed.general.length === 0) placed.general.push(error.message)
  return placed
}

/** A query's error as text names its place and its way out too, for those who see only text. Here both are shown. */
export function bareMessage(message: string, suggestion?: string): string {
  const bare = message.replace(/^query, byte \d+: /, '')
  return suggestion && bare.endsWith(`: ${suggestion}`) ? bare.slice(0, -suggestion.length - 2) : bare
}

function pathText(path: unknown): string | undefined {
  return Array.isArray(path) && path.length > 0 ? path.join('.') : undefined
}

/** GraphQL's own complaints about input name the place in their path, from "variable" or the mutation's name on. */
function inputPath(path: readonly (string | number)[] | undefined): string | undefined {
  const at = path?.indexOf('input') ?? -1
  return at >= 0 && at < path!.length - 1 ? path!.slice(at).join('.') : undefined
}

/** A sentence for people: what the server said, or that it cannot be reached. */
export function errorText(error: CombinedError): string {
  if (error.networkError && error.graphQLErrors.length === 0) return networkMessage(error)
  return error.graphQLErrors.map((problem) => problem.message).join(' ') || error.message
}

function networkMessage(error: CombinedError): string {
  const status = (error.response as Response | undefined)?.status
  return status && status >= 400
    ? `The server answered with status ${status}.`
    : 'The server cannot be reached. Is backsight still running?'
}
