/** Ethnic groups as agencies record them: the five broad ones of the census. */
export type Ethnicity = 'asian' | 'black' | 'mixed' | 'other' | 'white';

/** The ethnic group, with Asian told apart into what linking by names goes differently for. */
export type Group = Exclude<Ethnicity, 'asian'> | 'east-asian' | 'south-asian';

/** Where a list's names come from: clerks misspell what they seldom hear. */
export type Origin = 'african' | 'east-asian' | 'english' | 'other' | 'south-asian';

/**
 * Names as people in an English county bear them, for people who don't exist: the commonest of each list first, the others
 * by the alphabet (see `pickName`). A name goes with an ethnic group here only as loosely as in life: anybody may draw
 * from the first list (see `people.ts`).
 */
export interface NameList {
  readonly female: readonly string[];
  readonly male: readonly string[];
  readonly surnames: readonly string[];
}

const words = (text: string): readonly string[] => text.trim().split(/\s+/);
/** The commonest first, then the rest. */
const ranked = (common: string, rest: string): readonly string[] => [...new Set([...words(common), ...words(rest)])];

const white: NameList = {
  female: ranked(
    `
    Sarah Emma Susan Julie Karen Laura Claire Rebecca Margaret Jessica Helen Jennifer Charlotte Emily Nicola Rachel
    Samantha Michelle Amy Victoria Sophie Elizabeth Hannah Catherine Katherine Louise Amanda Patricia Lauren Angela
    Joanne Deborah Christine Linda Mary Chloé Jacqueline Alison Kelly Olivia Kathryn`,
    `
    Abigail Agnieszka Alexandra Alice Alison Amanda Amelia Amy Andrea Angela Ann Anna Barbara Beatrice Bethany Beverley
    Bronwen Caitlin Carol Caroline Catherine Charlotte Cheryl Chloé Christine Claire Daisy Dawn Deborah Denise Diane
    Donna Dorothy Eilidh Eleanor Elizabeth Ellie Emily Emma Erin Evelyn Evie Fiona Florence Freya Gemma Georgia Gillian
    Grace Hannah Harriet Hayley Hazel Heather Helen Holly Imogen Iris Isabella Isla Jacqueline Jade Jane Janet Jasmine
    Jean Jennifer Jessica Joan Joanna Jodie Josephine Joyce Judith Julia Julie Karen Kate Katarzyna Kathleen Kelly
    Kerry Kirsty Laura Lauren Leah Leanne Lesley Lily Linda Lisa Lorraine Louise Lucy Lydia Lynn Maisie Margaret Marie
    Mary Matilda Megan Melanie Melissa Michelle Millie Molly Monika Naomi Natalie Natasha Niamh Nicola Nicole Olivia
    Paige Pamela Patricia Paula Pauline Phoebe Poppy Rachel Rebecca Renée Rhiannon Rosie Ruby Ruth Sally Samantha
    Sandra Sarah Sharon Shannon Sheila Siân Siobhan Sophie Stacey Stephanie Susan Tamsin Teresa Tina Tracey Valerie
    Vanessa Vera Victoria Violet Wendy Yvonne Zoë`,
  ),
  male: ranked(
    `
    David John Paul Michael James Andrew Mark Robert Christopher Stephen Daniel Richard Matthew Thomas Peter Steven Ian
    Jack Anthony Simon Adam Joshua Luke Jonathan Ryan Benjamin Lee Gary Alan Kevin Samuel Joseph Martin Alexander
    Nicholas William Jason Philip Craig`,
    `
    Aaron Adam Adrian Aidan Alan Albert Alexander Alfie Andrew Anthony Archie Arthur Barry Ben Benjamin Bradley Brian
    Callum Cameron Carl Charles Charlie Christopher Colin Connor Craig Daniel Darren David Dean Declan Dennis Derek
    Dominic Donald Douglas Dylan Edward Elliot Eric Ethan Euan Evan Finley Francis Frank Frederick Gareth Gary Gavin
    Geoffrey George Gerald Glen Gordon Graham Grant Gregory Harrison Harry Harvey Henry Hugh Hywel Iain Ian Isaac Jack
    Jacob Jake James Jamie Jason Jeremy Joe Joel John Jonathan Jordan Joseph Joshua Julian Karl Keith Kenneth Kevin
    Kieran Kyle Lee Leo Leon Lewis Liam Logan Louis Luke Malcolm Marcus Mark Martin Mason Matthew Max Michael Mitchell
    Nathan Neil Nicholas Nigel Noah Norman Oliver Oscar Owen Patrick Paul Peter Philip Piotr Ralph Raymond Rhys Richard
    Robert Robin Roger Ronald Rory Ross Roy Russell Ryan Samuel Scott Sean Sebastian Shane Shaun Simon Stanley Stephen
    Stuart Terence Theo Thomas Timothy Toby Tomasz Trevor Tyler Victor Vincent Walter Wayne William Zachary`,
  ),
  surnames: ranked(
    `
    Smith Jones Williams Taylor Brown Davies Evans Wilson Thomas Johnson Roberts Robinson Thompson Wright Walker White
    Edwards Hughes Green Hall Lewis Harris Clarke Patterson Jackson Wood Turner Martin Cooper Hill Ward Morris Moore
    Clark Lee King Baker Harrison Morgan Allen James Scott Phillips Watson Davis Parker Price Bennett Young Griffiths`,
    `
    Abbott Adams Allen Anderson Andrews Appleby Archer Armstrong Ashworth Atkins Atkinson Austin Bailey Baker Ball
    Banks Barber Barker Barlow Barnes Barrett Bates Baxter Bell Bennett Berry Bishop Blackburn Bolton Booth Bowen
    Bradley Bradshaw Brooks Brown Bryant Burgess Burns Burton Butcher Butler Byrne Cameron Campbell Carpenter Carr
    Carter Chadwick Chambers Chapman Clark Clarke Clayton Coates Cole Coleman Collins Connolly Cook Cooper Cox Crawford
    Cross Cunningham Curtis Dale Daly Davey Davidson Davies Davis Dawson Day Dean Dickinson Dixon Doyle Duncan Dunn
    Dyer Edwards Elliott Ellis Evans Farmer Farrell Fenwick Field Fisher Fletcher Flynn Ford Foster Fowler Fox Francis
    Fraser Freeman French Frost Fuller Gallagher Gardner Garner Gibbons Gibson Gilbert Giles Gill Goddard Goodwin
    Gordon Graham Grant Gray Green Greenwood Griffin Griffiths Hall Hamilton Hancock Hardy Harper Harris Harrison Hart
    Hartley Harvey Hawkins Hayes Haynes Henderson Heath Higgins Hill Hobbs Holden Holland Holmes Holt Hooper Hope
    Hopkins Horton Houghton Howard Howarth Howe Howell Hudson Hughes Humphreys Hunt Hunter Hutchinson Iqbal-Stone
    Jackson James Jarvis Jenkins Jennings Johnson Johnston Jones Jordan Kay Kelly Kemp Kennedy Kent Kerr King Kirby
    Knight Knowles Kowalska Kowalski Lamb Lambert Lane Law Lawrence Lawson Leach Lee Lewis Little Lloyd Long Lowe Lucas
    Lynch Macdonald Marsden Marsh Marshall Martin Mason Matthews May McCarthy McDonald McKenzie McLean Mellor Metcalfe
    Middleton Miles Miller Mills Mitchell Moore Moran Morgan Morley Morris Morrison Moss Murphy Murray Myers Nash
    Naylor Nelson Newman Newton Nicholls Nicholson Noble Nolan Norman Norris North Norton Nowak O'Brien O'Connor
    O'Neill O'Sullivan Oakley Oliver Osborne Owen Page Palmer Parker Parkinson Parry Parsons Payne Peacock Pearce
    Pearson Perkins Perry Phillips Pickering Pollard Poole Porter Potter Potts Powell Power Pratt Preston Price
    Pritchard Pugh Quinn Ramsey Randall Read Reed Rees Reeves Reid Reynolds Rhodes Richards Richardson Riley Roberts
    Robertson Robinson Robson Rogers Rose Ross Rowe Rowley Russell Ryan Sanders Saunders Savage Scott Sharp Shaw
    Shepherd Short Simmons Simpson Sinclair Skinner Slater Smart Smith Smith-Jones Spencer Stephens Stevens Stevenson
    Stewart Stokes Stone Storey Summers Sutcliffe Sutton Swift Talbot Tate Taylor Thomas Thompson Thomson Thornton
    Thorpe Todd Tomlinson Townsend Tucker Turner Tyler Vaughan Vincent Wade Walker Wall Wallace Walsh Walters Walton
    Ward Waters Watkins Watson Watts Weaver Webb Webster Welch Wells West Weston Wheeler White Whitehead Whittaker
    Wilkins Wilkinson Williams Williamson Willis Wilson Wood Woods Woodward Wright Wyatt Yates Young`,
  ),
};

const asian: NameList = {
  female: ranked(
    `Fatima Aisha Saima Priya Nadia Shazia Samina Maryam Zainab Amina Jaspreet Ayesha Simran Kiran`,
    `
    Aaliyah Aisha Alina Amina Anika Anita Anjali Arooj Asma Ayesha Bushra Deepa Divya Fahmida Farah Farzana Fatima
    Hafsa Haleema Hina Humaira Iqra Ishani Jasleen Jaspreet Kajal Kavita Khadija Kiran Lakshmi Layla Madiha Maryam
    Meena Meera Nadia Nasreen Nazia Neha Nila Noor Parveen Pooja Priya Rabia Radhika Rani Razia Rekha Riya Rukhsana
    Saima Salma Samina Sana Sangita Seema Shabnam Shazia Simran Sobia Sunita Tahira Tasnim Uzma Yasmin Zahra Zainab`,
  ),
  male: ranked(
    `Mohammed Muhammad Mohammad Ahmed Ali Imran Abdul Raj Hassan Asif Usman Bilal Tariq Gurpreet`,
    `
    Aamir Abdul Abdullah Adeel Ahmed Ajay Akash Ali Amandeep Amir Anil Arjun Armaan Asif Atif Bilal Dev Dinesh Faisal
    Farhan Farooq Gurpreet Habib Hamza Haris Harjit Hassan Hussain Ibrahim Imran Irfan Ismail Jagdeep Jamal Junaid
    Karim Kashif Khalid Manish Mohammad Mohammed Muhammad Nadeem Naveed Nikhil Omar Pardeep Qasim Rahul Raj Rajesh
    Rakesh Ravi Rizwan Sajid Salman Sanjay Shahid Sunil Suresh Tariq Usman Vikram Wasim Yusuf Zafar Zeeshan`,
  ),
  surnames: ranked(
    `
    Khan Ahmed Hussain Patel Ali Singh Begum Kaur Shah Akhtar Malik Mahmood Iqbal Rahman Miah Bibi Uddin Sharma Islam
    Hossain`,
    `
    Afzal Ahmad Ahmed Akhtar Ali Amin Anwar Arshad Ashraf Aslam Aziz Bains Begum Bhatt Bibi Chaudhry Choudhury Das
    Desai Dhillon Farooq Ghosh Gill Gupta Hasan Hossain Hussain Iqbal Islam Jain Javed Johal Joshi Kapoor Kaur Khan
    Khatun Kumar Mahmood Malik Mehta Miah Mir Mirza Mistry Mistry-Shah Nair Nawaz Parmar Patel Qureshi Rafiq Rahman
    Raja Rashid Reddy Saeed Saleem Sandhu Shah Shaikh Sharif Sharma Siddiqui Sidhu Singh Sohal Tariq Uddin Ullah Verma
    Yousaf Zaman`,
  ),
};

const black: NameList = {
  female: ranked(
    `Grace Mercy Blessing Esther Sandra Sharon Fatou Ama`,
    `
    Abena Adaeze Adwoa Akosua Ama Amara Angela Blessing Chantelle Chiamaka Chidinma Cynthia Ebony Efua Esther Eunice
    Faith Fatou Favour Folasade Funmilayo Gloria Grace Ifeoma Jasmine Joy Kadija Keisha Khadijah Mariama Marcia Mercy
    Naomi Ngozi Patience Precious Rachel Ruth Sade Sandra Sasha Shanice Sharon Temitope Tiana Tolani Wanjiru Yaa
    Yewande Zainab`,
  ),
  male: ranked(
    `Emmanuel Samuel David Daniel Michael Kofi Kwame Abdi Mohamed`,
    `
    Abdi Ade Andre Ayodele Babatunde Chidi Chike Clive Curtis Daniel David Delroy Desmond Dwayne Ebenezer Emeka
    Emmanuel Errol Femi Gabriel Isaac Jamal Jermaine Joshua Kelechi Kingsley Kofi Kwabena Kwame Leroy Lloyd Malachi
    Marcus Michael Mohamed Moses Nathaniel Nnamdi Obinna Olu Prince Reuben Samuel Segun Solomon Tendai Tobi Trevor
    Tunde Winston`,
  ),
  surnames: ranked(
    `Williams Brown Campbell Mensah Johnson Thomas Adeyemi Kamara Okafor Mohamed Owusu Boateng Clarke Lewis`,
    `
    Abdi Acheampong Addo Adebayo Adeyemi Agyeman Ajayi Akinola Amoah Appiah Asante Bailey Balogun Bangura Boateng Brown
    Campbell Chukwu Clarke Dlamini Eze Francis Gordon Grant Hassan Ibrahim Igwe James Jibril Johnson Joseph Kamara
    Lawal Lewis Mensah Mohamed Morgan Moyo Musa Ncube Nwosu Obi Ofori Okafor Okeke Okoro Olawale Osei Owusu Phiri
    Powell Reid Richards Roberts Sesay Sibanda Stewart Thomas Thompson Warsame Williams Wright Yeboah`,
  ),
};

const other: NameList = {
  female: ranked(
    `Maria Ana Leila Amal Yara Elif`,
    `
    Amal Ana Camila Dilan Dina Elif Fernanda Gabriela Hala Hiba Huda Ines Isabel Juliana Lamia Leila Lina Luciana
    Mariana Marwa Nour Parisa Rana Reem Rojda Rosa Sahar Samira Shirin Thu Valentina Yara Zeynep`,
  ),
  male: ranked(
    `Ali José Ahmet Hassan Carlos Samir Reza`,
    `
    Ahmet Ali Amin Andrés Arash Baran Bruno Carlos Diego Farhad Felipe Hadi Hassan Hiwa Javier José Karwan Khaled Luis
    Mahmoud Mateus Mehmet Mustafa Nabil Omid Pedro Rafael Reza Samir Santiago Tarek Thiago Yilmaz Ziad`,
  ),
  surnames: ranked(
    `Silva Garcia Rodriguez Hassan Yilmaz Santos Costa Fernandes Saleh`,
    `
    Abadi Aydin Alvarez Amiri Aziz Barzani Castro Costa Demir Dos-Santos Fernandes Garcia Ghorbani Gomes Haddad Hakimi
    Hamid Hosseini Kaya Khalil Lima Lopez Mansour Martinez Moreira Najjar Nasser Nguyen Oliveira Ozturk Pereira Rahimi
    Rashid Rodriguez Saleh Silva Souza Tran Yildiz Yilmaz`,
  ),
};

const eastAsian: NameList = {
  female: ranked(
    `Mei Li Ying Yan Hui Jing`,
    `
    Fang Hana Hoi-Yan Hsin-Yi Huong Jia-Yi Ji-Woo Jocelyn Kim-Anh Lan Lien Ling Linh Marites Mei-Ling Min-Ji Mei-Yee Na
    Ngoc Ping Qian Rosalie Siu-Fan Soo-Jin Thanh Thu Wai-Ling Wen Xiao-Hui Xiao-Min Xin Yee-Man Yuk-Ling Yuki Yun`,
  ),
  male: ranked(
    `Wei Jun Ming Hao Jian Lei`,
    `
    Bo Chen Chi-Ming Chi-Wai Duc Feng Hiroshi Ho-Yin Hung Jin-Ho Ka-Ho Ka-Wai Kai Kenji Kwok-Wai Long Minh Min-Jun Peng
    Quang Rodel Seung-Ho Siu-Ming Tao Tuan Van-Minh Viet Wai-Kit Wing-Hong Xiao-Long Yang Yi-Fan Yong Zhi-Wei`,
  ),
  surnames: ranked(
    `Wong Chan Li Chen Wang Zhang Liu Lee Cheung Lam Leung Ng Nguyen Ho Lau Yang`,
    `
    Cheng Choi Chow Chu Cruz Fung Gao Guo He Hu Huang Kim Kwok Lai Le Lin Lo Luo Ma Mendoza Pang Park Pham Ramos Reyes
    Santos Sun Suzuki Tan Tanaka Tang Tran Tsang Wu Xu Yeung Yip Yu Zhao Zhou Zhu`,
  ),
};

/** `asian` is South Asian. People of mixed ethnicity draw forename and surname from any of the lists. */
export const NAMES = { white, asian, eastAsian, black, other };

const ORIGINS: ReadonlyMap<string, Origin> = new Map(
  (
    [
      [eastAsian, 'east-asian'],
      [other, 'other'],
      [black, 'african'],
      [asian, 'south-asian'],
      [white, 'english'],
    ] as const
  ).flatMap(([{ female, male, surnames }, origin]) =>
    [...female, ...male, ...surnames].map((name): [string, Origin] => [name, origin]),
  ),
);

/** A name that several lists have is the county's own if it is on the first; one on no list is made of English parts. */
export function originOf(name: string): Origin {
  return ORIGINS.get(name) ?? 'english';
}
