//! Numbers in decimal, without formatting: all of that would come into what a page loads.

/// Returns the digits of a number, in room that holds the longest.
pub(crate) fn decimal(mut number: u64, digits: &mut [u8; DIGITS_MAX]) -> &[u8] {
    let mut start = digits.len();
    for (at, slot) in digits.iter_mut().enumerate().rev() {
        let digit = u8::try_from(number.checked_rem(10).unwrap_or(0)).unwrap_or(0);
        *slot = b'0'.saturating_add(digit);
        start = at;
        number = number.checked_div(10).unwrap_or(0);
        if number == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}

pub(crate) const DIGITS_MAX: usize = 20;

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::*;

    #[test]
    fn a_number_is_all_of_its_digits() {
        for number in [0, 9, 10, 1_700_000_000, u64::MAX] {
            let mut digits = [0; DIGITS_MAX];
            assert_eq!(decimal(number, &mut digits), number.to_string().as_bytes());
        }
    }
}
