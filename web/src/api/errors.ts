import type { CombinedError } from 'urql'

/** A server's error in one field of a mutation's input. */
export interface FieldError {
  message: string
  suggestion?: string
  /** UTF-16 offsets in the field's text. */
  start?: number
  end?: number
}

export interface InputErrors {
  /**
   * Errors by the path of their field in the mutation's arguments, such as
   * "input.dataSeries.0.query".
   */
  fields: Map<string, FieldError>
  /** Errors that belong to no field. */
  general: string[]
}

/** Assigns a mutation's errors to the input fields that caused them. */
export function inputErrors(error: CombinedError): InputErrors {
  const errors: InputErrors = { fields: new Map(), general: [] }
  for (const problem of error.graphQLErrors) {
    const extensions: Record<string, unknown> = problem.extensions ?? {}
    const field = pathText(extensions.field) ?? inputPath(problem.path)
    if (field === undefined) {
      errors.general.push(problem.message)
      continue
    }
    if (errors.fields.has(field)) continue
    const suggestion = typeof extensions.suggestion === 'string' ? extensions.suggestion : undefined
    errors.fields.set(field, {
      message: problem.message,
      suggestion,
      start: typeof extensions.start === 'number' ? extensions.start : undefined,
      end: typeof extensions.end === 'number' ? extensions.end : undefined,
    })
  }
  if (error.networkError) errors.general.push(networkMessage(error))
  if (errors.fields.size === 0 && errors.general.length === 0) errors.general.push(error.message)
  return errors
}

function pathText(path: unknown): string | undefined {
  return Array.isArray(path) && path.length > 0 ? path.join('.') : undefined
}

/**
 * Errors of GraphQL itself name the input field in their path, after "variable" or the mutation's
 * name.
 */
function inputPath(path: readonly (string | number)[] | undefined): string | undefined {
  const at = path?.indexOf('input') ?? -1
  return at >= 0 && at < path!.length - 1 ? path!.slice(at).join('.') : undefined
}

/**
 * The text that users see: the server's messages or, without any, its status, or that the server
 * cannot be reached.
 */
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
