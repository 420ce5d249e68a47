const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Stand before a name and are none, where a name follows: alone, each is the name. Prince, Major and Earl are names always. */
export const TITLES = words(`
  MR MRS MS MISS MX MSTR MASTER DR DOCTOR PROF PROFESSOR REV REVD REVEREND SIR DAME LADY LORD FR SR BR
  SHEIKH SHAIKH SHEIK SHAYKH SK HAJI HAJJI HAJ HADJI ALHAJI ALHAJ ALHAJA MAULANA MOLVI MUFTI SHRI SHREE SMT CHIEF PASTOR`);

/** Of these, those that stand before surnames too: Sheikh, Lord and Master are surnames. */
export const SURNAME_TITLES = words('MR MRS MS MISS MX DR PROF PROFESSOR REV REVD SIR DAME');

/** Stand after a name and are none. Not KC, which in Nepal is a surname. */
export const POST_NOMINALS = words(`
  JR JNR JUNIOR SNR SENIOR ESQ ESQUIRE II III IV MBE OBE CBE KBE DBE QC PHD MBBS BSC
  DECD DECEASED DUPLICATE UNKNOWN UNK`);

/** Begin a surname of several words; on their own they are nobody's. */
export const PARTICLES = words(`
  VAN VON VOM ZU ZUM ZUR DER DEN DE DEL DELA DELLA DELLO DI DA DO DOS DAS DU DES LA LE LAS LOS LO TER TEN
  AL EL AS ES UL BIN BEN IBN BINT BINTE ABU AP AB FERCH NI NIC UI AF AV Y E`);
/** As particles, but the name without them is another: MacDonald and Donald, O'Neill and Neill, St John and John. */
export const JOINED_PARTICLES = words('MC MAC O ST FITZ');

/** Make one forename with what follows: Abdul Rahman, De Andre, La Toya. */
export const FORENAME_JOINERS = words(`
  ABD ABDUL ABDAL ABDEL ABDOL ABDUR ABDUS ABDUN ABDOUL ABU ABOU UMM UM AL EL DE LA LE DA DU ST`);

/**
 * Go before or after the family's name, or stand for it, among Sikhs and in much of South Asia. Beside another word they
 * are left out, alone they are the surname: half a community must not be one name, and Kaur Gill is Gill elsewhere.
 */
export const COMMUNITY_NAMES = words('SINGH KAUR BEGUM BEGOM BEGAM BIBI KHATUN KHATOON KHANUM KHANAM BANU BANO');

/** Stand between the family's and the given name of most Vietnamese women and men, so first where the family's has its own field. */
export const VIETNAMESE_MIDDLES = words('THI VAN');

/** Forenames so common, and so often followed by the one a person goes by, that the next one counts as well. */
export const OPENING_NAMES = words('MOHAMMED SYED');

/** Between a name and another of the same person: née, also known as. */
export const OTHERWISE = words('NEE AKA ALIAS FORMERLY');
