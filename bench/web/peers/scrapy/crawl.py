"""Crawls with Scrapy and its defaults but for the concurrency. FILE has the start pages, N is how many requests are under way at a time;
prints how many pages other than start pages it got. The web is reached through http_proxy."""

import sys

import scrapy
from scrapy.crawler import CrawlerProcess


class News(scrapy.Spider):
    name = "news"
    pages = 0

    async def start(self):
        with open(sys.argv[1], encoding="utf-8") as f:
            for line in f:
                yield scrapy.Request(line.strip())

    def parse(self, response):
        for link in response.css("a::attr(href)").getall():
            if "/secret/" not in link:
                yield response.follow(link, callback=self.page)

    def page(self, response):
        News.pages += 1
        for link in response.css("a::attr(href)").getall():
            yield response.follow(link, callback=self.page)


process = CrawlerProcess({
    "CONCURRENT_REQUESTS": int(sys.argv[2]),
    "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[2]),
    "DOWNLOAD_DELAY": 0,
    "ROBOTSTXT_OBEY": False,
    "LOG_LEVEL": "ERROR",
})
process.crawl(News)
process.start()
print(News.pages)
