using System.Buffers;
using System.Text;
using Telemetry.Console.Html;

namespace Telemetry.Console.Tests;

public sealed class HtmlWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly HtmlWriter _html;

    public HtmlWriterTests() => _html = new HtmlWriter(_output);

    [Fact]
    public void TextAndAttributesAreEscaped()
    {
        _html.Element("p", "a < b & 'c' \"d\" \u001b", ("title", "<\">'&\u202e"), ("class", null), ("open", ""));
        Assert.Equal(
            "<p title=\"&lt;&quot;&gt;&#39;&amp;‹U+202E›\" open>a &lt; b &amp; &#39;c&#39; &quot;d&quot; ␛</p>", Written());
    }

    [Fact]
    public void LogTextNamesWhatCannotBeSeen()
    {
        _html.LogText("a\u001b\u200bb\nc\td");
        Assert.Equal(
            "a<span class=\"ctl\" title=\"U+001B\">ESC</span><span class=\"ctl\" title=\"U+200B\">U+200B</span>b\nc\td", Written());
    }

    [Fact]
    public void EveryCharacterSurvivesOrIsNamed()
    {
        var text = string.Concat(Enumerable.Range(0, 0x10000).Select(code => (char)code));
        _html.Text(text);
        var written = Written();
        Assert.DoesNotContain(written, c => VisibleCharacter.All.Contains(c, StringComparison.Ordinal));
        Assert.Contains("é日", "é日" + written, StringComparison.Ordinal);
        Assert.True(written.Length > text.Length - 4096);
    }

    [Fact]
    public void SurrogatesAreNotTornApart()
    {
        var text = string.Concat(Enumerable.Repeat("\ud83d\ude00", 5000)) + "x";
        _html.Text("a" + text);
        Assert.Equal("a" + text, Written());
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("//elsewhere.example")]
    [InlineData("https://elsewhere.example")]
    [InlineData("")]
    public void LinksStayHere(string href) =>
        Assert.Throws<InvalidOperationException>(() => _html.Element("a", "x", ("href", href)));

    [Theory]
    [InlineData("onclick")]
    [InlineData("style")]
    [InlineData("x y")]
    public void NoAttributeActs(string name) => Assert.Throws<InvalidOperationException>(() => _html.Element("a", "x", (name, "1")));

    [Theory]
    [InlineData("iframe")]
    [InlineData("base")]
    [InlineData("a b")]
    public void NoElementActs(string name) => Assert.Throws<InvalidOperationException>(() => _html.Element(name, "x"));

    private string Written() => Encoding.UTF8.GetString(_output.WrittenSpan);
}
