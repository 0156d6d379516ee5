import type { WizardDescription, WizardInput } from './wizard.js'

/** What a stock DataLab front end makes of an operation's form. */
export interface WizardFinding {
  /** `problem`: the form cannot be sent, or not as it is meant. `note`: something is left out of it. */
  readonly level: 'problem' | 'note'
  /** The input's wire name. */
  readonly input: string
  readonly message: string
}

/** Types that have a widget. */
const WIDGETS = new Set(['fits', 'int', 'float', 'string', 'select', 'source'])
const NUMBERS = new Set(['int', 'float'])
/** Types whose widget begins with the default. */
const WITH_DEFAULT = new Set(['int', 'float', 'select'])
/** The one input that the front end draws colour cards for. */
const COLOR_CHANNELS = 'color_channels'
const HIDDEN = new Set(['min_comparisons', 'max_comparisons'])

/**
 * What a stock DataLab front end could not show of an operation's form, or would not heed: none where it shows all of it. The operation is
 * none the worse for it in the hands of other front ends, and its inputs are validated all the same.
 */
export function lintWizard({ inputs }: WizardDescription): WizardFinding[] {
  return Object.entries(inputs).flatMap(([name, input]) => [
    ...problems(name, input).map((message) => ({ level: 'problem', input: name, message }) as const),
    ...notes(name, input).map((message) => ({ level: 'note', input: name, message }) as const),
  ])
}

function problems(name: string, input: WizardInput): string[] {
  const { type, required, options } = input
  if (HIDDEN.has(name)) return ['an input of this name is hidden and never sent; give it another name']
  if (!WIDGETS.has(type))
    return [`there is no widget for the type '${type}': it stays empty, and the form can never be sent`]
  const found: string[] = []
  const isPrefilled = input.default !== undefined && WITH_DEFAULT.has(type)
  if (required === false && !isPrefilled)
    found.push('every input that is shown has to be filled in; give it a default, or make it required')
  if (type === 'string' && input.default !== undefined) found.push('a text begins empty, whatever its default')
  if (type === 'select' && !(Array.isArray(options) && options.length > 0)) found.push('there is nothing to select')
  if (input.color_picker !== undefined && name !== COLOR_CHANNELS)
    found.push(`colours can only be picked for an input called '${COLOR_CHANNELS}'`)
  if (input.include_custom_scale !== undefined && name !== COLOR_CHANNELS)
    found.push(`scales are only set for an input called '${COLOR_CHANNELS}'`)
  if (input.single_filter !== undefined && type !== 'fits') found.push('only inputs of the type fits have filters')
  return found
}

function notes(name: string, input: WizardInput): string[] {
  const { type, minimum, maximum, description } = input
  const found: string[] = []
  if (HIDDEN.has(name) || !WIDGETS.has(type)) return found
  if (NUMBERS.has(type) && (minimum !== undefined || maximum !== undefined))
    found.push('its range is not shown; what is out of it is refused when it is sent')
  if (type === 'fits' && maximum !== undefined)
    found.push('its maximum is heeded only while files are dragged; more are refused when they are sent')
  if (!NUMBERS.has(type) && description !== '') found.push('its description is not shown; its name has to say it all')
  if (input.filter_options !== undefined && input.single_filter === undefined)
    found.push("'filter_options' does nothing without 'single_filter'")
  if (input.name_lookup !== undefined) found.push("'name_lookup' does nothing: names can always be looked up")
  return found
}
