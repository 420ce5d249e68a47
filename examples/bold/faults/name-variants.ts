/** Groups of names that one person may go by; a group per line, the full name first. */
const FAMILIAR = `
Abigail Abi Abbie
Alexander Alex Alec Sandy Xander
Alexandra Alex Sandra Lexi
Alison Ali
Amanda Mandy
Andrew Andy Drew
Angela Angie
Anthony Tony Ant
Barbara Babs Barb
Benjamin Ben Benny
Bethany Beth
Beverley Bev
Catherine Cathy Kate Cath Katie
Katherine Kate Kathy Katie Kat
Kathryn Kate Kathy Katie
Kathleen Kath Kathy
Charles Charlie Chas Chuck
Charlotte Charlie Lottie Char
Christine Chris Chrissie Tina
Christopher Chris Kit Topher
Daniel Dan Danny
David Dave Davey
Deborah Debbie Debs Deb
Dominic Dom
Donald Don Donnie
Dorothy Dot Dolly
Douglas Doug
Edward Ed Ted Eddie Ned
Eleanor Ellie Nell Nora
Elizabeth Liz Beth Lizzie Betty Libby Eliza
Emily Em Emmy Millie
Evelyn Evie
Florence Flo Florrie
Francis Frank Fran
Frederick Fred Freddie
Gabriel Gabe
Geoffrey Geoff Jeff
Georgia Georgie
Gerald Gerry Ged
Gillian Gill Jill
Graham Gray
Gregory Greg
Harrison Harry
Henry Harry Hal
Imogen Immy
Isabella Bella Izzy Isabel
Jacob Jake
Jacqueline Jackie Jacqui
James Jim Jamie Jimmy
Jennifer Jenny Jen
Jessica Jess Jessie
Joanne Jo Joanna
Joanna Jo Joanne
John Jack Johnny Jon
Jonathan Jon Jonny John
Joseph Joe Joey
Joshua Josh
Judith Judy Jude
Julie Jules Julia
Kenneth Ken Kenny
Kimberley Kim
Laura Laurie Lorrie
Lawrence Larry Laurie
Leonard Len Leo
Louise Lou
Malcolm Malc
Margaret Maggie Peggy Meg Marge Greta
Martin Marty
Matilda Tilly Mattie
Matthew Matt Matty
Maxwell Max
Megan Meg Meggie
Melanie Mel
Melissa Mel Lissa
Michael Mike Mick Micky
Michelle Shelley Chelle
Natalie Nat Tally
Natasha Tash Tasha
Nathaniel Nathan Nat
Nicholas Nick Nicky Nico
Nicola Nicky Nikki
Oliver Olly Ollie
Olivia Liv Livvy
Pamela Pam
Patricia Pat Trish Tricia Patsy
Patrick Pat Paddy
Peter Pete
Philip Phil Pip
Phoebe Phoebs
Rachel Rach
Raymond Ray
Rebecca Becky Becca Bex
Richard Rick Dick Ricky Richie
Robert Bob Rob Bobby Robbie Bert
Ronald Ron Ronnie
Rosalie Rosie Rose
Samantha Sam Sammy
Samuel Sam Sammy
Sandra Sandy
Sarah Sally Sara
Sebastian Seb
Simon Si
Sophie Soph
Stanley Stan
Stephanie Steph Stevie
Stephen Steve Steven Ste
Steven Steve Stephen Ste
Stuart Stu
Susan Sue Susie Suzie
Terence Terry
Teresa Terri Tess
Theodore Theo Ted
Thomas Tom Tommy
Timothy Tim Timmy
Valerie Val
Victor Vic
Victoria Vicky Tori Vic
Vincent Vince Vinny
Walter Walt Wally
William Bill Will Billy Liam
Yvonne Eve
Zachary Zach Zack
Abdullah Abdul
Emmanuel Manny
Folasade Sade
Gurpreet Guri
Jaspreet Jas Jassi
Mohammed Mo
Muhammad Mo
Mohammad Mo
Solomon Sol
Temitope Temi Tope
Zainab Zee`;

/** One name in several spellings, as those who write it in other letters than its own do. */
const TRANSLITERATED = `
Mohammed Mohammad Muhammad Mohamed Muhammed Mohamad
Ahmed Ahmad Ahmet
Hussain Hussein Husain Hossain
Hosseini Husseini Hoseini
Hassan Hasan Hassen
Choudhury Chowdhury Chaudhry Chaudhary Choudhry
Ayesha Aisha Aysha Aesha
Fatima Fatema Fatimah Fathima
Khadija Khadijah Kadija Khadeeja
Yusuf Yousuf Youssef Yousaf
Ibrahim Ebrahim Ibraheem
Omar Umar
Usman Osman Uthman
Saeed Said Sayeed
Rahman Rehman Rahmaan
Shaikh Sheikh Shaik
Siddiqui Siddique Siddiqi
Qureshi Quraishi Kureshi
Zainab Zaynab Zeinab
Maryam Mariam Miriam
Noor Nur Nour
Miah Mia Meah
Ullah Ulla
Karim Kareem
Rashid Rasheed
Saleem Salim
Tariq Tarek Tarik
Amir Aamir Ameer
Farooq Faruk Farouk
Khalid Khaled
Samir Sameer
Reza Raza
Iqbal Ikbal Eqbal
Nadeem Nadim
Naveed Navid
Javed Javid Jawed
Mahmood Mahmoud Mehmood
Yasmin Yasmeen Jasmin
Shabnam Shabnum
Nasreen Nasrin
Parveen Parvin Perveen
Jamal Jamaal
Abdi Abdy
Adeyemi Adeyemy
Chukwu Chukwuma
Mohammed-Ali Mohamed-Ali
Wong Wang Huang
Chan Chen Tan
Cheung Zhang Cheong
Liu Lau Low
Ng Wu
Leung Liang Leong
Lam Lin Lim
Chow Zhou Chau
Xu Hsu Hui
Kwok Guo Quek
Ho He
Yeung Yang Yong
Nguyen Nguyễn Nyugen
Lee Li Lei
Nowak Novak
Kowalski Kowalska
Yilmaz Yılmaz
Katarzyna Katarina Kasia`;

const familiar = membersOf(FAMILIAR, ([full, ...short]) => [[full ?? '', short]]);
const transliterated = membersOf(TRANSLITERATED, (group) =>
  group.map((name): [string, string[]] => [name, group.filter((other) => other !== name)]),
);

/** What friends and family of somebody of this forename call them; none for most names. */
export function familiarNames(forename: string): readonly string[] {
  return familiar.get(forename) ?? [];
}

/** Other spellings in our letters of a name from another script or language; none for most names. */
export function otherSpellings(name: string): readonly string[] {
  return transliterated.get(name) ?? [];
}

function membersOf(
  text: string,
  entries: (group: readonly string[]) => readonly (readonly [string, readonly string[]])[],
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    text
      .trim()
      .split('\n')
      .flatMap((line) => entries(line.split(' '))),
  );
}
