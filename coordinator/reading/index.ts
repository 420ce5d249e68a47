/** A release in words, and two of them side by side: what pages, exports and the API say of numbers. */
export { compareReleases } from './compare-releases.js';
export type { ComparedNumber, ComparedSide, ReleaseComparison } from './compare-releases.js';
export { separatingParameters } from './compared-runs.js';
export type { ComparedRun } from './compared-runs.js';
export { groupText } from './groups.js';
export { readRelease, recallWarnings } from './read-release.js';
export type { Reading } from './read-release.js';
