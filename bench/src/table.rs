//! Tables, as text for a terminal or as Markdown.

/// Rows of cells under a heading. The first column is text, the others are figures and stand to the right.
pub(crate) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new(heading: &[&str]) -> Self {
        Self { rows: vec![heading.iter().map(|&cell| cell.to_owned()).collect()] }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    pub(crate) fn render(&self, markdown: bool) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let (open, between, close) = if markdown { ("| ", " | ", " |") } else { ("", "  ", "") };
        let mut lines: Vec<String> = Vec::new();
        for row in &self.rows {
            let cells = widths.iter().enumerate().map(|(column, &width)| {
                let cell = row.get(column).map(String::as_str).unwrap_or_default();
                if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
            });
            let cells: Vec<String> = cells.collect();
            lines.push(format!("{open}{}{close}", cells.join(between)).trim_end().to_owned());
            if lines.len() == 1 && markdown {
                let rules: Vec<String> =
                    widths.iter().enumerate().map(|(column, &width)| rule(column, width)).collect();
                lines.push(format!("|{}|", rules.join("|")));
            }
        }
        lines.join("\n")
    }
}

fn rule(column: usize, width: usize) -> String {
    let dashes = "-".repeat(width + 1);
    if column == 0 { format!("{dashes}-") } else { format!("{dashes}:") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_stand_below_each_other() {
        let mut table = Table::new(&["what", "1/s"]);
        table.row(vec!["refresh".to_owned(), "12345".to_owned()]);
        table.row(vec!["µ".to_owned(), "9".to_owned()]);
        assert_eq!(table.render(false), "what       1/s\nrefresh  12345\nµ            9");
        assert_eq!(
            table.render(true),
            "| what    |   1/s |\n|---------|------:|\n| refresh | 12345 |\n| µ       |     9 |"
        );
    }
}
