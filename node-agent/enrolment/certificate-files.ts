import { existsSync, rmSync } from 'node:fs';

import { PRIVATE_FILE_MODE } from '../key-files.js';
import { behindLinks, moveFile } from '../../runtime/index.js';
import { writeWholeFile, writing } from '../whole-file.js';

/** Where a certificate and its key are; one is no use without the other. */
export interface CertificatePaths {
  readonly certificate: string;
  readonly privateKey: string;
}

const CERTIFICATE_MODE = 0o644;

/**
 * Puts a certificate and its key, PEM, in the place of those that are there. Both are laid beside the old ones first,
 * the certificate last: once it lies there `finishSwap` ends the work, whenever the process died.
 * Thrown when they can't be written: NodeError FILE_UNWRITABLE; the old ones stay.
 */
export function swapCertificate(named: CertificatePaths, next: CertificatePaths): void {
  const paths = realPaths(named);
  writeWholeFile(nextTo(paths.privateKey), next.privateKey, PRIVATE_FILE_MODE);
  writeWholeFile(nextTo(paths.certificate), next.certificate, CERTIFICATE_MODE);
  finishSwap(paths);
}

/**
 * Ends a swap that was broken off, or undoes it where it had hardly begun. To be called before the files are read.
 * Thrown when it can't: NodeError FILE_UNWRITABLE.
 */
export function finishSwap(paths: CertificatePaths): void {
  const { certificate, privateKey } = realPaths(paths);
  writing(privateKey, () => {
    if (!existsSync(nextTo(certificate))) {
      rmSync(nextTo(privateKey), { force: true });
      return;
    }
    if (existsSync(nextTo(privateKey))) moveFile(nextTo(privateKey), privateKey);
    moveFile(nextTo(certificate), certificate);
  });
}

/** What is beside a file that a link names can take its place, and the link stays. */
function realPaths({ certificate, privateKey }: CertificatePaths): CertificatePaths {
  return writing(privateKey, () => ({ certificate: behindLinks(certificate), privateKey: behindLinks(privateKey) }));
}

function nextTo(file: string): string {
  return `${file}.next`;
}
