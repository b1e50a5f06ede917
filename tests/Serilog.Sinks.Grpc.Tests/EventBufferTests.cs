using Serilog.Sinks.Grpc.Buffering;

namespace Serilog.Sinks.Grpc.Tests;

public sealed class EventBufferTests : IDisposable
{
    private readonly EventBuffer _buffer = new(maxBytes: 1000, maxEvents: 5);

    public void Dispose() => _buffer.Dispose();

    [Fact]
    public void WhatWasAddedIsTakenInOrder()
    {
        Add(1, 2, 3);
        Assert.Equal(["1", "2", "3"], Take());
        Assert.Empty(Take());
    }

    [Fact]
    public void WhatDoesNotFitIsCountedWhereItWouldHaveBeen()
    {
        Add(1, 2, 3, 4, 5, 6, 7);
        Assert.Equal(["1", "2", "3", "4", "5", "(2)"], Take());
        Add(8);
        Assert.Equal(["8"], Take());
        Assert.Equal(new BufferCounts(8, 8, 0, 2, 0), _buffer.Counts);
    }

    [Fact]
    public void DropsBetweenEventsStandBetweenThem()
    {
        Add(1);
        Assert.False(_buffer.TryAdd(new byte[2000]));
        Add(2);
        Assert.Equal(["1", "(1)", "2"], Take());
    }

    [Fact]
    public void AChunkThatIsTakenIsStillHeld()
    {
        Add(1, 2, 3, 4, 5);
        var chunk = _buffer.Take()!;
        Assert.False(_buffer.TryAdd("6"u8));
        _buffer.Return(chunk);
        Assert.True(_buffer.TryAdd("7"u8));
        Assert.Equal(["(1)", "7"], Take());
    }

    [Fact]
    public void AnEventLargerThanAChunkIsHeldAsWell()
    {
        using var buffer = new EventBuffer(1 << 20, 10);
        Assert.True(buffer.TryAdd("small"u8));
        Assert.True(buffer.TryAdd(new byte[200_000]));
        Assert.True(buffer.TryAdd("small"u8));
        var sizes = new List<int>();
        while (buffer.Take() is { } chunk)
        {
            var at = 0;
            while (chunk.TryRead(ref at, out var line, out _))
            {
                sizes.Add(line.Length);
            }

            buffer.Return(chunk);
        }

        Assert.Equal([5, 200_000, 5], sizes);
    }

    [Fact]
    public void AfterItsEndEverythingIsDropped()
    {
        _buffer.Close();
        Assert.False(_buffer.TryAdd("1"u8));
        Assert.Equal(new BufferCounts(1, 1, 0, 0, 1), _buffer.Counts);
    }

    private void Add(params int[] numbers)
    {
        foreach (var number in numbers)
        {
            _buffer.TryAdd(System.Text.Encoding.UTF8.GetBytes($"{number}"));
        }
    }

    private List<string> Take()
    {
        var lines = new List<string>();
        while (_buffer.Take() is { } chunk)
        {
            var at = 0;
            while (chunk.TryRead(ref at, out var line, out var dropped))
            {
                lines.Add(dropped > 0 ? $"({dropped})" : System.Text.Encoding.UTF8.GetString(line));
            }

            _buffer.Return(chunk);
        }

        return lines;
    }
}
