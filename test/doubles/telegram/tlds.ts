/**
 * Top-level domains that make a word without a scheme a link: every two-letter one and the generic ones that
 * file names, class names and hosts in logs are likely to end in (tdlib, is_common_tld, has the full list).
 * `main.py`, `deploy.sh`, `lib.rs` and `README.md` are all links to Telegram; `app.js` and `x.ts` are not.
 */
const COUNTRY_CODES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw ' +
  'by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et ' +
  'eu fi fj fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie ' +
  'il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ' +
  'ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr ' +
  'nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk ' +
  'sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy ' +
  'uz va vc ve vg vi vn vu wf ws ye yt za zm zw';

const GENERIC =
  'academy accountant agency app arpa art asia audio auto bank bar beer best bid bike bio biz black ' +
  'blog blue bot box build business buy cab cafe cam camera car cards care cars cash cat center chat ' +
  'church city click cloud club codes coffee com community company computer cool credit data date ' +
  'deals delivery design dev digital direct directory dog domains dot download edu email energy ' +
  'engineer events exchange express fail family fan farm fast finance fit flights foo forum ' +
  'foundation free fun fund fyi game games global gold google gov graphics green group guide help ' +
  'host hosting hot house how icu inc info ing ink institute int java jobs land law legal life like ' +
  'limited link live loan lol love map market media meet mil mobi mobile moe money mov museum name ' +
  'net network new news next now one online open org page parts pay phone photo photos pics pictures ' +
  'pink pizza place play plus post press pro prod productions properties property protection pub ' +
  'racing read red rent repair report rest review rip rocks run safe sale save school science search ' +
  'secure security select services shop show site sky social software solutions space store stream ' +
  'studio style supply support surf systems tax team tech technology tel tips today tools top tours ' +
  'town trade trading training travel trust tube university uno video vip vision vote watch website ' +
  'wiki win windows work works world wow wtf xxx xyz yandex you youtube zero zip zone';

const KNOWN = new Set(`${COUNTRY_CODES} ${GENERIC}`.split(' '));

/** A capital first letter alone (`java.lang.Exception`, `Foo.Bar`) is a class name, not a domain. */
export function isKnownTld(tld: string): boolean {
  const lower = tld.toLowerCase();
  if (lower !== tld && lower.slice(1) === tld.slice(1)) return false;
  return KNOWN.has(lower);
}
