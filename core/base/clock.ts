/** The time, as a parameter: tests bring their own. */
export interface Clock {
  now(): Date;
}
