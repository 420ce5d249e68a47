/** One canonical form for all that is hashed or signed: it lives beside the signatures. */
export { canonicalJson, sha256 } from '../signing/index.js';
