//! The table: one row for each measure, with its bound and the ratio to it.

#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    notes: Vec<String>,
}

struct Row {
    measure: String,
    measured: f64,
    unit: &'static str,
    bound: Option<f64>,
}

impl Table {
    /// A measure that the design bounds.
    pub(crate) fn bound(&mut self, measure: &str, measured: f64, unit: &'static str, bound: f64) {
        self.rows.push(Row { measure: measure.to_owned(), measured, unit, bound: Some(bound) });
    }

    /// A measure that stands for itself.
    pub(crate) fn free(&mut self, measure: &str, measured: f64, unit: &'static str) {
        self.rows.push(Row { measure: measure.to_owned(), measured, unit, bound: None });
    }

    pub(crate) fn note(&mut self, text: &str) {
        self.notes.push(text.to_owned());
    }

    #[expect(clippy::print_stdout, reason = "the table is what a bench is for")]
    pub(crate) fn print(&self) {
        println!("| {:<60} | {:>11} | {:>6} | {:>5} | {:<6} |", "measure", "measured", "bound", "ratio", "");
        println!("|{:-<62}|{:->12}:|{:->7}:|{:->6}:|{:-<8}|", "", "", "", "", "");
        for row in &self.rows {
            println!("{}", row.line());
        }
        for note in &self.notes {
            println!("note: {note}");
        }
    }
}

impl Row {
    fn line(&self) -> String {
        let Self { measure, measured, unit, bound } = self;
        let ratio = bound.map(|bound| measured / bound);
        let said = match ratio {
            Some(ratio) if ratio > 1.0 => "MISSED",
            _ => "",
        };
        let number = |number: Option<f64>, places| number.map_or("–".to_owned(), |it| format!("{it:.places$}"));
        let (bound, ratio) = (number(*bound, 1), number(ratio, 2));
        format!("| {measure:<60} | {measured:>8.2} {unit:<2} | {bound:>6} | {ratio:>5} | {said:<6} |")
    }
}
