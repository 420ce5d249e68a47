/** A release in words, and two of them side by side: what pages, exports and the API say of numbers. */
export { compareReleases, separatingParameters } from './compare-releases.js';
export type { ComparedNumber, ComparedRun, ComparedSide, ReleaseComparison } from './compare-releases.js';
export { groupText } from './groups.js';
export { readRelease, recallWarnings } from './read-release.js';
export type { Reading } from './read-release.js';
