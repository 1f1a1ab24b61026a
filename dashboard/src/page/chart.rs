//! Numbers as bars, drawn here: an image with a title, its finding in words, and the same as a table.

use super::html::Html;

/// The image, in units of its own: how wide, where the bars begin and end, where they stand, and how high they may be.
const WIDTH: f64 = 720.0;
const LEFT: f64 = 48.0;
const RIGHT: f64 = 712.0;
const GROUND: f64 = 204.0;
const TALL: f64 = 192.0;
/// Lines above the ground.
const LINES: i64 = 3;

/// A row of bars.
pub(crate) struct Chart {
    id: &'static str,
    title: String,
    finding: String,
    bars: Vec<Bar>,
}

/// One bar.
pub(crate) struct Bar {
    /// What it counts, in words.
    pub(crate) label: String,
    /// How many.
    pub(crate) value: i64,
    /// More may come.
    pub(crate) is_open: bool,
}

impl Chart {
    /// `id`: unique on the page. `finding`: what is to be seen, in words.
    pub(crate) const fn new(id: &'static str, title: String, finding: String, bars: Vec<Bar>) -> Self {
        Self { id, title, finding, bars }
    }

    /// The image; `below`: the same as a table.
    pub(crate) fn html(&self, below: &Html) -> Html {
        let most = self.bars.iter().map(|bar| bar.value).max().unwrap_or_default();
        let step = step(most);
        let (id, title, finding) = (self.id, Html::text(&self.title), Html::text(&self.finding));
        let (lines, bars, names) = (lines(step), self.bars(step), self.names());
        Html::drawn(format!(
            "<figure class=\"chart\"><figcaption>{title}</figcaption>\
             <svg width=\"{WIDTH}\" height=\"232\" viewBox=\"0 0 {WIDTH} 232\" role=\"img\" aria-labelledby=\"{id}-title {id}-finding\">\
             <title id=\"{id}-title\">{title}</title><desc id=\"{id}-finding\">{finding}</desc>{lines}{bars}{names}</svg>\
             <p class=\"soft\">{finding}</p>{below}</figure>"
        ))
    }

    fn place(&self) -> f64 {
        (RIGHT - LEFT) / as_units(self.bars.len()).max(1.0)
    }

    fn bars(&self, step: i64) -> Html {
        let place = self.place();
        let draw = |(index, bar): (usize, &Bar)| {
            let height = ratio(bar.value, step.saturating_mul(LINES)) * TALL;
            // Nothing is drawn as such: a line on the ground.
            let height = height.max(1.0);
            let (x, y, width) = (LEFT + place * (as_units(index) + 0.15), GROUND - height, place * 0.7);
            let open = if bar.is_open { " fill-opacity=\"0.5\"" } else { "" };
            let label = Html::text(format!("{}: {}", bar.label, bar.value));
            Html::drawn(format!(
                "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"{open}><title>{label}</title></rect>"
            ))
        };
        self.bars.iter().enumerate().map(draw).collect()
    }

    /// The first bar, the middle one and the last one by name.
    fn names(&self) -> Html {
        let last = self.bars.len().saturating_sub(1);
        let mut named = vec![(0, "start"), (last / 2, "middle"), (last, "end")];
        named.dedup_by_key(|(index, _)| *index);
        let place = self.place();
        let draw = |(index, anchor): (usize, &str)| {
            let label = Html::text(&self.bars.get(index)?.label);
            let x = match anchor {
                "start" => LEFT,
                "end" => RIGHT,
                _ => LEFT + place * (as_units(index) + 0.5),
            };
            Some(Html::drawn(format!("<text x=\"{x:.1}\" y=\"224\" text-anchor=\"{anchor}\">{label}</text>")))
        };
        named.into_iter().filter_map(draw).collect()
    }
}

/// The ground and the lines above it, each with its number.
fn lines(step: i64) -> Html {
    let draw = |line: i64| {
        let y = GROUND - ratio(line, LINES) * TALL;
        let number = step.saturating_mul(line);
        Html::drawn(format!(
            "<line x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text x=\"40\" y=\"{:.1}\" text-anchor=\"end\">{number}</text>",
            y + 4.0
        ))
    };
    (0..=LINES).map(draw).collect()
}

/// A round number of which [`LINES`] reach the highest bar.
fn step(most: i64) -> i64 {
    let mut round = 1_i64;
    loop {
        for factor in [1, 2, 5] {
            if round.saturating_mul(factor * LINES) >= most {
                return round * factor;
            }
        }
        round = round.saturating_mul(10);
    }
}

/// How many hundred-thousandths of `whole` a part is, as a number to draw with.
fn ratio(part: i64, whole: i64) -> f64 {
    let scaled = i128::from(part) * 100_000 / i128::from(whole.max(1));
    f64::from(i32::try_from(scaled).unwrap_or(100_000)) / 100_000.0
}

fn as_units(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_round_and_reach_the_highest_bar() {
        for (most, expected) in [(0, 1), (1, 1), (3, 1), (4, 2), (96, 50), (1_204, 500)] {
            assert_eq!(step(most), expected, "{most}");
        }
        assert!(step(i64::MAX) > 0);
    }

    #[test]
    fn a_chart_is_an_image_with_its_finding_and_nothing_in_it_is_markup() {
        let bar = |label: &str, value| Bar { label: label.to_owned(), value, is_open: false };
        let chart = Chart::new("logins", "<i>".to_owned(), "<b>".to_owned(), vec![bar("<u>", 3), bar("b", 0)]);
        let html = chart.html(&Html::default()).to_string();
        for markup in ["<i>", "<b>", "<u>", "style="] {
            assert!(!html.contains(markup), "{html}");
        }
        assert_eq!(html.matches("<rect").count(), 2);
    }
}
