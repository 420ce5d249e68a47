/**
 * Microseconds of processor time that this process has used, all its threads together. What is timed with it doesn't
 * look slower because another program had its turn meanwhile.
 */
export function cpuMicroseconds(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
