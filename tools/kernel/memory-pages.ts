/** The modules' memory, in pages of 64 KiB; the sources refuse to compile when their memory map needs more. */
export const MEMORY_PAGES = 14;
