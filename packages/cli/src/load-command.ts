import type { CommandMain, CommandName } from './commands.js'

const LOADERS: Readonly<Record<CommandName, () => Promise<CommandMain>>> = {
  list: async () => (await import('./commands/list.js')).list,
  describe: async () => (await import('./commands/describe.js')).describe,
  run: async () => (await import('./commands/run.js')).run,
  plan: async () => (await import('./commands/plan.js')).plan,
  key: async () => (await import('./commands/key.js')).key,
  verify: async () => (await import('./commands/verify.js')).verify,
  explain: async () => (await import('./commands/explain.js')).explain,
  gc: async () => (await import('./commands/gc.js')).gc,
  worker: async () => (await import('./commands/worker.js')).worker,
  fits: async () => (await import('./commands/fits.js')).fits,
  help: async () => (await import('./commands/help.js')).help,
}

/** What does a command: no more is loaded than it takes. */
export function loadCommand(name: CommandName): Promise<CommandMain> {
  return LOADERS[name]()
}
