using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Serilog.Events;
using Serilog.Sinks.Grpc.Clef;

namespace Serilog.Sinks.Grpc.Tests;

public sealed class ClefWriterTests
{
    private readonly ClefWriter _writer = new(new EventFormat());

    [Fact]
    public void ALevelThatThereIsNotIsWrittenAsItIs()
    {
        var writer = new ClefWriter(EventFormat.Of(new GrpcSinkOptions()));
        Assert.Contains("\"@l\":\"6\"", System.Text.Encoding.UTF8.GetString(writer.Write(Some.Event((LogEventLevel)6, null, "odd"))), StringComparison.Ordinal);
        Assert.False(writer.IsPlaceholder);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void AnExceptionThatIsDeepIsWrittenAsFarAsItIsKept(bool isAggregate)
    {
        var exception = new Exception("innermost");
        for (var i = 0; i < 200_000; i++)
        {
            exception = isAggregate ? new AggregateException($"level {i}", exception) : new InvalidOperationException($"level {i}", exception);
        }

        var writer = new ClefWriter(EventFormat.Of(new GrpcSinkOptions()));
        Assert.Contains("\"@x\":", System.Text.Encoding.UTF8.GetString(writer.Write(Some.Event(LogEventLevel.Error, exception, "deep"))), StringComparison.Ordinal);
        Assert.False(writer.IsPlaceholder);
    }

    [Fact]
    public void AnEventHasTimeTemplateAndProperties() => Assert.Equal(
        """{"@t":"2026-01-02T01:04:05.678Z","@mt":"{User} paid {Amount} for {Items}","User":"Ann","Amount":12.50,"Items":[1,2]}""",
        Write(Some.Event("{User} paid {Amount} for {Items}", "Ann", 12.50m, new[] { 1, 2 })));

    [Theory]
    [InlineData(LogEventLevel.Verbose, "Verbose")]
    [InlineData(LogEventLevel.Warning, "Warning")]
    [InlineData(LogEventLevel.Fatal, "Fatal")]
    public void ALevelIsWritten(LogEventLevel level, string expected) =>
        Assert.Equal(expected, Parse(Some.Event(level, null, "x")).GetProperty("@l").GetString());

    [Fact]
    public void InformationIsTheLevelThatIsNotWritten() => Assert.False(Parse(Some.Event("x")).TryGetProperty("@l", out _));

    [Fact]
    public void AHoleWithAFormatIsRenderedHere() => Assert.Equal(
        """["000.5","1,234"]""",
        Parse(Some.Event("{A:000.0} {B} {C:N0}", 0.5, 7, 1234)).GetProperty("@r").GetRawText());

    [Fact]
    public void ATraceIsWritten()
    {
        using var logger = new LoggerConfiguration().CreateLogger();
        Assert.True(logger.BindMessageTemplate("x", [], out var template, out var properties));
        var (trace, span) = (ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom());
        var json = Parse(new LogEvent(Some.Time, LogEventLevel.Information, null, template, properties, trace, span));
        Assert.Equal((trace.ToHexString(), span.ToHexString()), (json.GetProperty("@tr").GetString(), json.GetProperty("@sp").GetString()));
    }

    [Fact]
    public void NamesThatBeginWithAtAreEscaped()
    {
        var logEvent = Some.Event("x");
        logEvent.AddPropertyIfAbsent(new LogEventProperty("@t", new ScalarValue("mine")));
        Assert.Equal("mine", Parse(logEvent).GetProperty("@@t").GetString());
    }

    [Fact]
    public void ValuesKeepTheirTypes()
    {
        var id = Guid.Parse("0f8fad5b-d9cb-469f-a165-70867728950e");
        Assert.Equal(
            """{"a":true,"b":null,"c":-1,"d":18446744073709551615,"e":1.5,"f":"NaN","g":"0f8fad5b-d9cb-469f-a165-70867728950e","h":"00:00:01","i":"Friday","j":"x"}""",
            Properties(Some.Event("{a}{b}{c}{d}{e}{f}{g}{h}{i}{j}", true, null, -1, ulong.MaxValue, 1.5, double.NaN, id, TimeSpan.FromSeconds(1), DayOfWeek.Friday, 'x')));
    }

    [Fact]
    public void ObjectsAndDictionariesStayWhatTheyAre() => Assert.Equal(
        """{"o":{"Id":1,"Lines":[{"Sku":"a"}]},"d":{"k":2}}""",
        Properties(Some.Event("{@o}{d}", new { Id = 1, Lines = new[] { new { Sku = "a" } } }, new Dictionary<string, int> { ["k"] = 2 })));

    [Fact]
    public void AnExceptionIsWrittenWithItsTrace()
    {
        var text = Parse(Some.Event(LogEventLevel.Error, Thrown(), "x")).GetProperty("@x").GetString();
        Assert.StartsWith("System.InvalidOperationException: outer", text, StringComparison.Ordinal);
        Assert.Contains("System.ArgumentException: inner", text, StringComparison.Ordinal);
        Assert.Contains(nameof(Thrown), text, StringComparison.Ordinal);
    }

    [Fact]
    public void AnExceptionThatIsWideSaysHowManyAreLeftOut()
    {
        var json = Parse(Some.Event(LogEventLevel.Error, new AggregateException(Enumerable.Range(0, 40).Select(i => new IOException($"task {i} failed"))), "x"));
        var text = json.GetProperty("@x").GetString();
        Assert.Contains("System.IO.IOException: task 0 failed", text, StringComparison.Ordinal);
        Assert.Contains("System.IO.IOException: task 30 failed", text, StringComparison.Ordinal);
        Assert.EndsWith("(9 exceptions more)", text, StringComparison.Ordinal);
        Assert.Equal(1, json.GetProperty("telemetry.sink.cut").GetInt32());
    }

    [Fact]
    public void AFormatThatIsNoneOfItsValuesCostsTheRenderingOnly()
    {
        var json = Parse(Some.Event("{X:qqq} {Y}", Guid.Empty, 2));
        Assert.False(_writer.IsPlaceholder);
        Assert.Equal("{X:qqq}", Assert.Single(json.GetProperty("@r").EnumerateArray().ToList()).GetString());
        Assert.Equal((Guid.Empty, 2), (json.GetProperty("X").GetGuid(), json.GetProperty("Y").GetInt32()));
    }

    [Fact]
    public void AnExceptionThatCannotSayWhatItIsCostsOnlyItsText() =>
        Assert.Contains("its text could not be had", Parse(Some.Event(LogEventLevel.Error, new Mute(), "x")).GetProperty("@x").GetString());

    [Fact]
    public void AValueThatThrowsMakesAPlaceholder()
    {
        var logEvent = Some.Event(LogEventLevel.Warning, null, "order {Id}", 1);
        logEvent.AddPropertyIfAbsent(new LogEventProperty("Bad", new ScalarValue(new Mute())));
        var json = Parse(logEvent);
        Assert.True(_writer.IsPlaceholder);
        Assert.Equal("order {Id}", json.GetProperty("@m").GetString());
        Assert.Equal("Warning", json.GetProperty("@l").GetString());
        Assert.Contains("NotSupportedException", json.GetProperty("telemetry.sink.problem").GetString());
        Assert.Equal("""{"Id":2}""", Properties(Some.Event("order {Id}", 2)));
        Assert.False(_writer.IsPlaceholder);
    }

    [Fact]
    public void AHugeEventMakesAPlaceholderThatSaysHowHuge()
    {
        var writer = new ClefWriter(new EventFormat { EventBytes = 2048 });
        var json = JsonDocument.Parse(writer.Write(Some.Event("big {Text}", new string('x', 5000))).ToArray()).RootElement;
        Assert.True(writer.IsPlaceholder);
        Assert.Contains("more than 2048", json.GetProperty("telemetry.sink.problem").GetString());
    }

    [Fact]
    public void WhatIsCutIsMarkedAndCounted()
    {
        var writer = new ClefWriter(new EventFormat { TextLength = 4, Elements = 2, Depth = 2 });
        var nested = new { A = new { B = new { C = 1 } } };
        var json = JsonDocument.Parse(writer.Write(Some.Event("{t}{l}{@n}", "a😀bcd", new[] { 1, 2, 3 }, nested)).ToArray()).RootElement;
        Assert.Equal("a😀b… (2 characters more)", json.GetProperty("t").GetString());
        Assert.Equal("""[1,2,"… (1 more)"]""", json.GetProperty("l").GetRawText());
        Assert.Equal("""{"A":{"B":"…"}}""", json.GetProperty("n").GetRawText());
        Assert.True(json.GetProperty("telemetry.sink.cut").GetInt32() >= 3);
    }

    [Theory]
    [InlineData("line\nbreak\u0000\u001b[31m")]
    [InlineData("\ud800 alone")]
    [InlineData("\"quoted\\ </script>")]
    public void HostileTextStaysOneLineOfJson(string text)
    {
        var line = Write(Some.Event("{Text}", text));
        Assert.DoesNotContain('\n', line);
        Assert.Equal(text.Replace('\ud800', '\ufffd'), JsonDocument.Parse(line).RootElement.GetProperty("Text").GetString());
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("outer", new ArgumentException("inner"));
        }
        catch (InvalidOperationException e)
        {
            return e;
        }
    }

    private string Write(LogEvent logEvent) => System.Text.Encoding.UTF8.GetString(_writer.Write(logEvent));

    private JsonElement Parse(LogEvent logEvent) => JsonDocument.Parse(Write(logEvent)).RootElement;

    private string Properties(LogEvent logEvent)
    {
        var text = new StringBuilder("{");
        foreach (var property in Parse(logEvent).EnumerateObject().Where(p => !p.Name.StartsWith('@')))
        {
            text.Append(text.Length > 1 ? "," : "").Append('"').Append(property.Name).Append("\":").Append(property.Value.GetRawText());
        }

        return text.Append('}').ToString();
    }

    private sealed class Mute : Exception
    {
        public override string StackTrace => throw new NotSupportedException();

        public override string ToString() => throw new NotSupportedException();
    }
}
