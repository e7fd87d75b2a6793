/// The pages' style: calm, legible, light or dark as the reader's system is.
enum Style {
    static let text = """
        :root {
            color-scheme: light dark;
            --ground: #faf9f6; --sheet: #ffffff; --ink: #20262b; --soft: #545f68; --line: #c9ced2;
            --link: #0a4f8a; --act: #0a4f8a; --on-act: #ffffff; --warn: #fdf1d7; --warn-line: #9a6700;
            --bad: #8f1d1d; --good: #1d6435; --told: #eef1f3; --escape: #7a1f4f;
        }
        @media (prefers-color-scheme: dark) {
            :root {
                --ground: #16191c; --sheet: #1e2226; --ink: #e6e8ea; --soft: #a9b2b9; --line: #454d54;
                --link: #8ec5f5; --act: #8ec5f5; --on-act: #10202e; --warn: #352a12; --warn-line: #d9a441;
                --bad: #ffb0a8; --good: #9bd8ad; --told: #262b30; --escape: #f3a6cd;
            }
        }
        * { box-sizing: border-box; }
        html { font: 17px/1.5 system-ui, "DejaVu Sans", sans-serif; }
        body { margin: 0; background: var(--ground); color: var(--ink); }
        .skip { position: absolute; left: -100rem; background: var(--sheet); padding: .5rem 1rem; }
        .skip:focus { left: 1rem; top: 1rem; z-index: 1; }
        a { color: var(--link); text-underline-offset: .15em; }
        :focus-visible { outline: 3px solid var(--act); outline-offset: 2px; border-radius: 3px; }
        main:focus { outline: none; }
        header { display: flex; flex-wrap: wrap; gap: .5rem 2rem; justify-content: space-between; align-items: center;
            padding: .6rem 2rem; background: var(--sheet); border-bottom: 1px solid var(--line); }
        nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; list-style: none; margin: 0; padding: 0; }
        nav a { display: inline-block; padding: .35rem 0; text-decoration: none; }
        nav a:hover { text-decoration: underline; }
        nav a[aria-current] { font-weight: 600; border-bottom: 3px solid var(--act); color: var(--ink); }
        .who { display: flex; gap: 1rem; align-items: center; }
        main, footer { max-width: 76rem; margin: 0 auto; padding: 0 2rem; }
        main { padding-top: 1.25rem; padding-bottom: 1rem; }
        footer { color: var(--soft); border-top: 1px solid var(--line); padding-top: .5rem; padding-bottom: 1.5rem; }
        footer p { margin: .25rem 0; }
        h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 1rem; }
        h2 { font-size: 1.2rem; margin: 1.75rem 0 .5rem; }
        h3 { font-size: 1rem; margin: .9rem 0 .25rem; }
        p { margin: .5rem 0; max-width: 65ch; }
        .small { font-size: .88rem; color: var(--soft); }
        code, .told { overflow-wrap: anywhere; }
        code { font: .88em/1.4 "DejaVu Sans Mono", ui-monospace, monospace; }
        kbd { font: .75em/1 "DejaVu Sans Mono", ui-monospace, monospace; text-transform: uppercase;
            text-decoration: none; display: inline-block; border: 1px solid currentColor; border-radius: 3px;
            padding: .15em .35em; margin-left: .35em; vertical-align: .1em; }
        .facts { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.25rem; margin: 0; }
        .facts dt { color: var(--soft); grid-column: 1; }
        .facts dd { margin: 0; grid-column: 2; overflow-wrap: anywhere; min-width: 0; }
        ul.plain, ol.plain { list-style: none; margin: 0; padding: 0; }
        .events { margin: .25rem 0; padding-left: 1.5rem; }
        .events li { margin: .2rem 0; overflow-wrap: anywhere; }
        time { white-space: nowrap; color: var(--soft); }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; }
        .narrow { max-width: 26rem; }
        caption { text-align: left; color: var(--soft); font-size: .88rem; padding-bottom: .25rem; }
        th, td { text-align: left; vertical-align: top; padding: .45rem .9rem .45rem 0;
            border-bottom: 1px solid var(--line); font-weight: 400; }
        thead th { color: var(--soft); font-size: .88rem; white-space: nowrap; }
        tbody th, .about { white-space: nowrap; }
        .number { text-align: right; font-variant-numeric: tabular-nums; }
        .mine { border: 1px solid currentColor; border-radius: 3px; font-size: .8rem; padding: 0 .35rem; }
        .state { white-space: nowrap; }
        .state.new, .state.inReview { font-weight: 600; }
        .warnings, .rest { background: var(--warn); border-left: 5px solid var(--warn-line); padding: .5rem 1rem;
            margin: 1rem 0; }
        .warnings h2 { margin: 0; font-size: 1rem; }
        .warnings ul { margin: .25rem 0; padding-left: 1.25rem; }
        .rest { max-width: none; }
        .problem { border-left: 5px solid var(--bad); padding: .5rem 1rem; background: var(--sheet); }
        .problem strong { color: var(--bad); }
        .good { border-left: 5px solid var(--good); padding: .5rem 1rem; background: var(--sheet); max-width: none;
            overflow-wrap: anywhere; }
        .told { background: var(--told); border-radius: 3px; padding: 0 .25em; }
        .note { background: var(--told); border: 1px solid var(--line); border-radius: 4px; padding: .25rem .9rem;
            overflow: hidden; }
        .note p { max-width: none; }
        .note .told { padding: 0; }
        .escape { color: var(--escape); font: .8em "DejaVu Sans Mono", ui-monospace, monospace;
            border: 1px solid currentColor; border-radius: 3px; padding: 0 .2em; margin: 0 .1em;
            white-space: nowrap; }
        .basis { border: 1px solid var(--line); border-radius: 3px; padding: 0 .3em; overflow-wrap: anywhere; }
        .cut { color: var(--soft); font-style: italic; }
        form.act { margin: 1rem 0; max-width: 46rem; }
        fieldset { border: 1px solid var(--line); border-radius: 6px; background: var(--sheet); padding: .5rem 1.1rem 1rem;
            margin: 0; }
        legend { font-weight: 600; padding: 0 .4rem; }
        form div { margin: .5rem 0; }
        label { display: inline-block; }
        .act > div > label, fieldset > div > label { display: block; color: var(--soft); }
        input, select, textarea, button { font: inherit; color: inherit; }
        input:not([type=radio], [type=checkbox]), select, textarea { background: var(--ground);
            border: 1px solid var(--soft); border-radius: 4px; padding: .35rem .5rem; max-width: 100%;
            min-height: 2.3rem; }
        textarea { width: 100%; display: block; }
        #name, #password, #reference, #kept { width: 100%; max-width: 32rem; }
        input[type=radio], input[type=checkbox] { width: 1.15rem; height: 1.15rem; vertical-align: -.15rem;
            accent-color: var(--act); }
        button { background: var(--act); color: var(--on-act); border: 1px solid var(--act); border-radius: 4px;
            padding: .4rem 1rem; min-height: 2.3rem; cursor: pointer; }
        button.plain { background: transparent; color: var(--link); border-color: var(--line); }
        .buttons { display: flex; flex-wrap: wrap; gap: .6rem; }
        .filters { display: flex; flex-wrap: wrap; gap: .25rem 1rem; align-items: end; margin-bottom: 1rem; }
        .filters div { margin: 0; }
        .filters label { display: block; font-size: .88rem; color: var(--soft); }
        .filters input { width: 13rem; }
        .choices { display: flex; flex-wrap: wrap; gap: 0 2.5rem; }
        .choices .choice { margin: .15rem 0; }
        .next { display: inline-block; border: 1px solid var(--act); border-radius: 4px; padding: .35rem .9rem;
            text-decoration: none; }
        .steps { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; max-width: none; }
        blockquote { margin: .75rem 0; border-left: 5px solid var(--act); background: var(--sheet);
            padding: .5rem 1.1rem; }
        .columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(27rem, 100%), 1fr)); gap: 0 3rem; }
        .columns > div { min-width: 0; }
        .columns > div > section:first-child h2 { margin-top: .5rem; }
        .evidence { display: flex; flex-wrap: wrap; gap: .25rem .5rem; align-items: center; }
        .evidence label { margin-right: 1rem; }
        .evidence figure { flex-basis: 100%; margin: .5rem 0; overflow: hidden; }
        .evidence img { display: block; max-width: 12rem; max-height: 12rem; filter: grayscale(1); }
        .evidence .dim { width: max-content; max-width: 100%; }
        .evidence .dim img { filter: grayscale(1) blur(10px); }
        #colour:checked ~ .clear img { filter: none; }
        #colour:checked ~ .dim img { filter: blur(10px); }
        #large:checked ~ figure img { max-width: 100%; max-height: 40rem; }

        """
}
