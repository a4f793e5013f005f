"""Words of postal addresses and the one form that each is given: street types, directions, unit designators.

Street types follow the abbreviations of USPS Publication 28, appendix C1, with their usual variants, and the common
words of British, German, French, Spanish, Italian, Dutch and Polish streets. Every short form maps to itself.
"""

from spine.normalise.folding import words

_STREET = """
ally alley allee ally aly=aly
aleja aleje al=al
annex anex anx=anx
arcade arc=arc
avenue av aven avenu avn avnue ave=ave
bayou bayoo byu=byu
beach bch=bch
bend bnd=bnd
bluff blf bluffs=blf
boulevard boul boulv bvd bd blvd=blvd
branch brnch br=br
bridge brdge brg=brg
brook brk=brk
canyon canyn cnyn cyn=cyn
center centre cen cent centr cntr ctr=ctr
circle cir circ circl crcl cir=cir
close cl=cl
club clb=clb
common commons cmn=cmn
corner cor corners cors=cor
court crt ct courts cts=ct
cove cv coves=cv
creek crk=crk
crescent cres crsent crsnt cres=cres
crossing crssng xing=xing
dale dl=dl
drive driv drv dr drives=dr
estate est estates ests=est
expressway expr expw exp express expy=expy
extension extn extnsn ext=ext
falls fls=fls
ferry frry fry=fry
field fld fields flds=fld
forest forests frst=frst
freeway freewy frway frwy fwy=fwy
garden gardn grden gdn gardens gdns grdns=gdns
gateway gatewy gatway gtwy=gtwy
glen gln=gln
green grn=grn
grove grov gro grv=grv
harbor harbour harb harbr hbr=hbr
heights hts ht height=hts
highway highwy hiway hiwy hway hwy=hwy
hill hl hills hls=hl
hollow hllw hollows holw=holw
island isl is=is
junction jct jction jctn junctn=jct
key ky=ky
knoll knl knol knolls=knl
lake lk lakes lks=lk
landing lndg lndng=lndg
lane ln lanes=ln
lodge ldg lodg=ldg
manor mnr manors=mnr
meadow meadows mdw mdws medows=mdws
mews mews=mews
mill ml mills mls=ml
mount mt mnt=mt
mountain mtn mntain mountin=mtn
orchard orch orchrd=orch
park parks prk=park
parkway parkwy pkway pkwy pky parkways pkwys=pkwy
passage psge=psge
pike pikes=pike
pine pne pines pnes=pnes
place plc plac pl=pl
plain pln plains plns=pln
plaza plz plza=plz
point pt points pts=pt
port prt=prt
prairie prr pr=pr
ranch rnch rnchs ranches=rnch
ridge rdg rdge ridges rdgs=rdg
river riv rvr rivr=riv
road rd roads rds=rd
route rte=rte
saint sankt sainte ste=st
shore shr shores shrs shoar=shr
spring spg spngs sprng springs spgs=spgs
square sq sqr sqre squ squares=sq
station sta statn stn=sta
stream streme strm=strm
street str st strt streets strasse straat=st
summit smt sumit=smt
terrace terr ter=ter
trace trce traces=trce
track trak tracks trk=trak
trail trl trails trls=trl
turnpike trnpk turnpk tpke=tpke
valley vly vally vlly=vly
view vw views=vw
village vlg vill villag vllg=vlg
vista vis vst vsta vist=vis
walk walks=walk
way wy ways=way
well wells wls=wls
platz plz=plz
rue=rue
chemin che=che
calle=calle
avenida avda=ave
carrer=calle
piazza=pza
plaza=plz
via=via
county co cnty=co
state=state
north n nord norte=n
south s sud sur=s
east e ost est este=e
west w ouest oeste=w
northeast ne=ne
northwest nw=nw
southeast se=se
southwest sw=sw
first 1st=1st
second 2nd=2nd
third 3rd=3rd
fourth 4th=4th
fifth 5th=5th
sixth 6th=6th
seventh 7th=7th
eighth 8th=8th
ninth 9th=9th
tenth 10th=10th
osiedle os=os
"""

ULICA = words("ul ulica")
"""The Polish word for a street, written in front of its name or left out."""
UNIT_WORDS = words(
    "apt apartment apartments aprt ap appt appartement unit un suite flat room rm number num no nr nbr lot trlr "
    "trailer space spc building bldg block blk door wohnung whg top bureau office ofc piso puerta int interior "
    "lok lokal mieszkanie"
)
"""Designators of a unit: said before its number, and dropped from it."""
UNIT_STARTS = UNIT_WORDS - words("no nr num number top space block office int interior door room un ap")
"""Designators that part a unit from its street in running text without a comma."""
FLOORS = {"floor": "fl", "flr": "fl", "fl": "fl", "etage": "fl", "basement": "bsmt", "bsmt": "bsmt", "level": "fl"}
NUMBERED_ROADS = words("hwy rte rt rd us sr cr fm co state interstate i loop route highway box st ave pt lot")
"""Words after which a number belongs to the street's name: `county road 12`, `highway 1`."""


def _read(spec: str) -> dict[str, str]:
    table: dict[str, str] = {}
    for line in spec.strip().splitlines():
        names, _, short = line.partition("=")
        for word in (*names.split(), short):
            table.setdefault(word, short)
    return table


STREET_WORDS = _read(_STREET)
"""Each word and its short form."""
