using Telemetry.Cli.Rendering;

namespace Telemetry.Cli.Tests;

public sealed class VisibleTextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("Zürich 東京", "Zürich 東京")]
    [InlineData("\e[31mred\e[0m", "␛[31mred␛[0m")]
    [InlineData("a\0b\u007fc", "a␀b␡c")]
    [InlineData("\u009b31m", "\\u009b31m")]
    [InlineData("a\u2028b\u202ec\u200bd", "a\\u2028b\\u202ec\\u200bd")]
    [InlineData("a\r\nb", "a␍␊b")]
    public void WhatSteersATerminalIsMadeVisible(string text, string visible) => Assert.Equal(visible, VisibleText.Of(text));

    [Fact]
    public void LineFeedsStayWhereSeveralLinesAreWanted() => Assert.Equal("a\nb␛", VisibleText.OfLines("a\nb\e"));
}
