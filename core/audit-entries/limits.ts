/** What an entry may hold; the wire and the API have the same limits. With all of them at once no entry would fit. */
export const MAX_ENTRY_NAME_CHARACTERS = 64;
export const MAX_ENTRY_DATASET_CHARACTERS = 128;
export const MAX_ENTRY_TEMPLATE_CHARACTERS = 128;
export const MAX_ENTRY_REQUESTER_CHARACTERS = 200;
export const MAX_ENTRY_PARAMETERS = 64;
export const MAX_ENTRY_PARAMETER_VALUES = 1_024;
export const MAX_ENTRY_PARAMETER_CHARACTERS = 128;
export const MAX_ENTRY_PARTICIPANTS = 128;
export const MAX_ENTRY_DATASETS = 64;
