export { EXIT_CODES } from './context.js';
export type { CommandMeans, ExitCode } from './context.js';
export { runCommand } from './run-command.js';
